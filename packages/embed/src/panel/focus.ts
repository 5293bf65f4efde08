/** Keeps the focus in a dialog that covers the whole page. */

const FOCUSABLE =
  "a[href], button:not(:disabled), textarea:not(:disabled), input:not(:disabled), select, [tabindex='0']";

/** Turns Tab at the last stop to the first, and back. */
export function holdFocus(event: KeyboardEvent, dialog: HTMLElement): void {
  const stops = [...dialog.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((stop) => stop.checkVisibility());
  const current = (dialog.getRootNode() as ShadowRoot).activeElement;
  const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
  if (current !== from && current !== dialog) return;
  event.preventDefault();
  to?.focus();
}
