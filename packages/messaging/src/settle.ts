/** A promise that is settled from outside, once. Not everybody who starts something waits for it: nothing is unhandled. */
export interface Settle {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

export function settleable(): Settle {
  let resolve = () => {};
  let reject = (_error: unknown) => {};
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}
