/** Style sheets as Lit's `css` makes them, of one text without values. */

export interface Styles {
  readonly styleSheet: CSSStyleSheet;
}

export function css([text = ""]: TemplateStringsArray): Styles {
  const styleSheet = new CSSStyleSheet();
  styleSheet.replaceSync(text);
  return { styleSheet };
}
