/** What the panel sees of the element around it. Shapes alone, so that neither imports the other. */
import type { ReactiveControllerHost } from "lit";
import type { PlacementName } from "../attributes.js";
import type { GuestpassConversationState, GuestpassState, GuestpassTrigger } from "../events.js";
import type { PanelMessenger } from "../messengers/panel.js";
import type { Strings } from "../strings/strings.js";
import type { AlertsHost } from "./alerts.js";

export interface PanelHost extends ReactiveControllerHost, AlertsHost {
  readonly renderRoot: HTMLElement | DocumentFragment;
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
  /** Sends what the visitor wrote, patiently. */
  write(text: string): Promise<unknown>;
  endConversation(): Promise<void>;
}

/** What every room of the panel draws with: the host, and how a change is asked for. */
export interface View {
  readonly host: PanelHost;
  readonly strings: Strings;
  readonly language: string;
}
