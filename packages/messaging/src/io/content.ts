/** What reads the rich content of messages, as a part of its own: loaded with the first message that has some. */
export { decodeContent } from "@guestpass/protocol";
