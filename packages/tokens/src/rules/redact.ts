/** Foreign text, cut, with everything that could be a token, a handle or a key replaced. */
export function redact(text: string): string {
  return text.slice(0, 300).replace(/[\w.~+/=-]{24,}/g, "[redacted]");
}
