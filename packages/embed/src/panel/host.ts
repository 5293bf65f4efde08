/** What the panel sees of the element around it, and its rooms of the panel. Shapes alone: none imports another. */
import type { Conversation, TranscriptMessage } from "@guestpass/messaging";
import type { PlacementName } from "../attributes.js";
import type { GuestpassConversationState, GuestpassState, GuestpassTrigger } from "../events.js";
import type { PanelMessenger } from "../messengers/panel.js";
import type { Strings } from "../strings/strings.js";
import type { AlertsHost } from "./alerts.js";
import type { Status } from "./rules/status.js";

export interface PanelHost extends AlertsHost {
  readonly renderRoot: HTMLElement | DocumentFragment;
  /** Resolves when what has changed by now is drawn. */
  readonly updateComplete: Promise<unknown>;
  requestUpdate(): void;
  readonly open: boolean;
  readonly placement: PlacementName;
  readonly state: GuestpassState;
  readonly conversationState: GuestpassConversationState;
  /** The last try to get a session failed; another one follows. */
  readonly trouble: boolean;
  /** The page's own words. */
  readonly strings: Partial<Strings> | undefined;
  /** The conversation's side of the panel, once it is loaded. */
  readonly conversation: Readonly<PanelMessenger> | undefined;
  hide(trigger?: GuestpassTrigger): Promise<void>;
  startSession(): Promise<void>;
  /** Begins a session in the background. */
  begin(): void;
  /** Sends what the visitor wrote, patiently. */
  write(text: string): Promise<unknown>;
  endConversation(): Promise<void>;
}

/** What every room of the panel draws with; a change is asked for at the host. */
export interface View {
  readonly host: PanelHost;
  readonly strings: Strings;
  readonly language: string;
  readonly messages: readonly TranscriptMessage[];
  readonly status: Status;
  readonly talk: Conversation | undefined;
}
