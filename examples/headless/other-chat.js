// Stands for the chat SDK that a page already has: it connects with a token, is given the next one, and says when one is
// refused. This one speaks the least that Genesys' Guest API understands; yours has its own words for these five.

export class OtherChat {
  #options;
  #socket;
  #token = "";

  /** @param options `{ url, deploymentId, getToken(), tokenRefused(token), message({ text, mine }) }` */
  constructor(options) {
    this.#options = options;
  }

  /** Resolves when messages can be sent. */
  async connect() {
    const { url, deploymentId, getToken } = this.#options;
    this.#token = await getToken();
    this.#socket = new WebSocket(`${url}?deploymentId=${deploymentId}`);
    await new Promise((resolve, reject) => {
      this.#socket.onopen = resolve;
      this.#socket.onerror = () => reject(new Error("The chat's server cannot be reached."));
    });
    await new Promise((resolve) => {
      this.#socket.onmessage = ({ data }) => this.#hear(JSON.parse(data), resolve);
      this.#configure();
    });
  }

  /** From now on with this token, on the open socket. */
  setToken(token) {
    this.#token = token;
    this.#configure();
  }

  send(text) {
    this.#say({ action: "onMessage", message: { type: "Text", text } });
  }

  close() {
    this.#socket?.close();
  }

  #configure() {
    this.#say({ action: "configureSession", deploymentId: this.#options.deploymentId, startNew: false });
  }

  #say(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN)
      this.#socket.send(JSON.stringify({ token: this.#token, ...frame }));
  }

  async #hear({ type, class: kind, code, body }, configured) {
    if (code === 401) this.setToken(await this.#options.tokenRefused(this.#token));
    else if (kind === "SessionResponse") configured();
    else if (kind === "StructuredMessage" && (type === "message" || type === "response") && body.text)
      this.#options.message({ text: body.text, mine: body.direction === "Inbound" });
  }
}
