// What the script-tag build changes in Lit: the name of its Trusted Types policy, so that a page allows one policy, not
// two; and what this element has no use for goes: hooks for polyfills, decorators and what they leave to be done, style
// sheets in browsers that have no constructable ones (they lack `light-dark()` too), attributes that are numbers or JSON.
// Each change is a text of Lit's own build and what takes its place. A release of Lit that no longer has one of them
// fails the build, and somebody looks.

const CHANGES = [
  {
    file: /lit-html[\\/]lit-html\.js$/,
    changes: [
      ['createPolicy("lit-html"', 'createPolicy("guestpass"'],
      ["B?.(S,k),(t.litHtmlVersions??=[])", "(t.litHtmlVersions??=[])"],
    ],
  },
  {
    file: /lit-element[\\/]lit-element\.js$/,
    changes: [
      [",s.litElementHydrateSupport?.({LitElement:i});", ";"],
      ["const o=s.litElementPolyfillSupport;o?.({LitElement:i});", ""],
    ],
  },
  {
    file: /reactive-element[\\/]reactive-element\.js$/,
    changes: [
      ["p?.({ReactiveElement:y}),", ""],
      ['Symbol.metadata??=Symbol("metadata"),a.litPropertyMetadata??=new WeakMap;', ""],
      [
        "const t=this[Symbol.metadata];if(null!==t){const s=litPropertyMetadata.get(t);if(void 0!==s)for(const[t,i]of s)this.elementProperties.set(t,i)}",
        "",
      ],
      ["static addInitializer(t){this._$Ei(),(this.l??=[]).push(t)}", ""],
      [",void 0!==t.l&&(this.l=[...t.l])", ""],
      [",this.constructor.l?.forEach(t=>t(this))", ""],
      [
        "const t=this.constructor.elementProperties;if(t.size>0)for(const[s,i]of t){const{wrapped:t}=i,e=this[s];!0!==t||this._$AL.has(s)||void 0===e||this.C(s,void 0,i,e)}",
        "",
      ],
      [",this.prototype.hasOwnProperty(t)&&((s=Object.create(s)).wrapped=!0)", ""],
      ["case Object:case Array:t=null==t?t:JSON.stringify(t)", ""],
      ["case Number:i=null===t?null:Number(t);break;case Object:case Array:try{i=JSON.parse(t)}catch(t){i=null}", ""],
    ],
  },
  {
    file: /reactive-element[\\/]css-tag\.js$/,
    changes: [
      [
        'e=t.ShadowRoot&&(void 0===t.ShadyCSS||t.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype',
        "e=!0",
      ],
      ['"CSSResult is not constructable. Use `unsafeCSS` or `css` instead."', '"css"'],
      [
        `"Value passed to 'css' function must be a 'css' function result: "+t+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security."`,
        '"css"',
      ],
    ],
  },
];

export function leanLit() {
  return {
    name: "guestpass-lit",
    transform(code, id) {
      const found = CHANGES.find(({ file }) => file.test(id) && !/[\\/]development[\\/]/.test(id));
      if (!found) return;
      let result = code;
      for (const [text, instead] of found.changes) {
        if (!result.includes(text)) throw new Error(`Lit has changed: ${id} no longer contains ${text}`);
        result = result.replace(text, () => instead);
      }
      return { code: result, map: null };
    },
  };
}
