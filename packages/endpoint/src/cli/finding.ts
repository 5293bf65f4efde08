/** One line of `guestpass check`. */

export interface Finding {
  readonly name: string;
  readonly status: "ok" | "warning" | "fault" | "skipped";
  readonly detail: string;
  /** What to do about it. */
  readonly mend?: string;
  /** The variable that is wrong, where one is. */
  readonly variable?: string;
}
