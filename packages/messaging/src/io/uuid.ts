/** A random UUID, version 4; `randomUUID` is not there where a page is no secure context. */
export function randomUuid(): string {
  const [...random] = crypto.getRandomValues(new Uint8Array(36));
  return "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replace(/[xy]/g, (sign, place: number) => {
    const nibble = (random[place] ?? 0) & 15;
    return (sign === "x" ? nibble : (nibble & 3) | 8).toString(16);
  });
}
