/**
 * The token endpoint as its contract has it, on a real loopback server: sessions, refresh, rotation with 60 s of grace,
 * DPoP, problem+json, and faults on demand. Its clock is given to it.
 */
import { createHash, randomUUID, webcrypto } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PROBLEM_STATUS, type ProblemCode } from "@guestpass/protocol";

export interface Fault {
  /** A part of the path; each request where it is left out. */
  path?: string;
  method?: string;
  /** How often; once where it is left out. */
  times?: number;
  code?: ProblemCode;
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Never answers. */
  hang?: boolean;
  /** Begins an answer and never ends it. */
  hangBody?: boolean;
  /** Cuts the connection. */
  drop?: boolean;
  /** Does what was asked for, and loses the answer. */
  loseAnswer?: boolean;
  /** Changes the answer of a success. */
  change?: (answer: Record<string, unknown>) => unknown;
  /** Waits for this before it answers. */
  until?: Promise<unknown>;
}

export interface Seen {
  at: number;
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: Record<string, unknown>;
  status: number;
}

interface Guest {
  sessionId: string;
  guestId: string;
  endsAt: number;
  jkt: string | undefined;
  user: string | undefined;
  ended: boolean;
  /** The anonymous session that this one took over at a sign-in. */
  tookOver?: string;
  handle: string;
  former: { handle: string; until: number } | undefined;
  token: string;
}

export interface PeerOptions {
  tokenLife?: number;
  refreshIn?: number;
  sessionLife?: number;
  tokenType?: "jwt" | "uuid";
}

export class EndpointPeer {
  tokenLife: number;
  refreshIn: number | undefined;
  sessionLife: number;
  tokenType: "jwt" | "uuid";
  requireBinding = false;
  /** SESSION_BINDING=off: proofs are not looked at. */
  bindsNothing = false;
  requireIdentity = false;
  refusedIdentities = new Set<string>();
  /** Proofs at a start need not be of our time: a visitor's clock may be hours off. */
  lenientStarts = false;
  readonly seen: Seen[] = [];
  readonly guests = new Map<string, Guest>();
  readonly url: string;
  private readonly server;
  private readonly faults: Fault[] = [];
  private readonly proofs = new Set<string>();
  private readonly now: () => number;
  private readonly holding: (flight: string) => void;

  private constructor(
    server: ReturnType<typeof createServer>,
    options: PeerOptions,
    now: () => number,
    holding: (flight: string) => void,
  ) {
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.tokenLife = options.tokenLife ?? 3600;
    this.refreshIn = options.refreshIn;
    this.sessionLife = options.sessionLife ?? 86_400;
    this.tokenType = options.tokenType ?? "jwt";
    this.now = now;
    this.holding = holding;
  }

  static async open(
    now: () => number,
    holding: (flight: string) => void,
    options: PeerOptions = {},
  ): Promise<EndpointPeer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const peer = new EndpointPeer(server, options, now, holding);
    server.on("request", (request, response) => void peer.serve(request, response));
    return peer;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  fault(fault: Fault): void {
    this.faults.push({ times: 1, ...fault });
  }

  clearFaults(): void {
    this.faults.length = 0;
  }

  /** Requests to a path's end that were seen; preflights are not counted. */
  count(path = ""): number {
    return this.seen.filter((seen) => seen.path.endsWith(path)).length;
  }

  get starts(): number {
    return this.seen.filter(({ method, path }) => method === "POST" && path === "/v1/sessions").length;
  }

  get refreshes(): number {
    return this.count("/refresh");
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    const { method = "GET", headers } = request;
    response.setHeader("Access-Control-Allow-Origin", headers.origin ?? "*");
    response.setHeader("Access-Control-Expose-Headers", "Retry-After, X-Request-Id");
    if (method === "OPTIONS") {
      response.setHeader("Access-Control-Allow-Methods", "POST, DELETE");
      response.setHeader("Access-Control-Allow-Headers", "Content-Type, Authorization, DPoP, X-Request-Id");
      response.writeHead(204).end();
      return;
    }
    const seen: Seen = {
      at: this.now(),
      method,
      path: pathname,
      headers,
      body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
      status: 0,
    };
    this.seen.push(seen);
    const flight = String(headers["x-test-flight"]);
    const fault = this.takeFault(method, pathname);
    if (fault?.hang) return this.holding(flight);
    if (fault?.drop) return void request.socket.destroy();
    if (fault?.until) {
      this.holding(flight);
      await fault.until;
    }
    const reply = (status: number, body: unknown, more: Record<string, string> = {}): void => {
      seen.status = status;
      const type = status >= 400 ? "application/problem+json" : "application/json";
      response.writeHead(status, { "Content-Type": type, "X-Request-Id": "req-1", ...more });
      if (fault?.hangBody) {
        response.write("{");
        this.holding(flight);
      } else response.end(body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body));
    };
    const problem = (code: ProblemCode, more: Record<string, string> = {}): void => {
      const status = PROBLEM_STATUS[code];
      reply(
        status,
        {
          type: `https://guestpass.dev/problems/${code}`,
          title: code,
          status,
          code,
          detail: `Refused: ${code}.`,
          requestId: "req-1",
        },
        more,
      );
    };
    if (fault?.code) return problem(fault.code, fault.headers);
    if (fault?.status) return reply(fault.status, fault.body ?? "", fault.headers);
    const outcome = await this.answer(method, pathname, seen, searchParams);
    if (fault?.loseAnswer) return void request.socket.destroy();
    if (typeof outcome === "string") return problem(outcome);
    const [status, body] = outcome;
    reply(status, fault?.change && body ? fault.change(body) : body);
  }

  private takeFault(method: string, path: string): Fault | undefined {
    const index = this.faults.findIndex(
      (fault) => path.includes(fault.path ?? "") && (fault.method ?? method) === method,
    );
    const fault = this.faults[index];
    if (!fault) return undefined;
    fault.times = (fault.times ?? 1) - 1;
    if (fault.times <= 0) this.faults.splice(index, 1);
    return fault;
  }

  private async answer(
    method: string,
    path: string,
    seen: Seen,
    query: URLSearchParams,
  ): Promise<ProblemCode | [number, Record<string, unknown> | undefined]> {
    if (path === "/v1/messenger")
      return [200, { ...this.messenger("x"), deploymentId: query.get("deploymentId"), deployment: null }];
    const jkt = this.bindsNothing ? undefined : await this.prove(seen);
    if (jkt === false) return "session_invalid";
    const handle = /^Bearer (.+)$/.exec(seen.headers.authorization ?? "")?.[1];
    const starts = method === "POST" && path === "/v1/sessions";
    // A handle says something to a start only where somebody signs in.
    if (starts && (handle === undefined || seen.body["authorization"] === undefined)) return this.start(seen.body, jkt);
    const guest = [...this.guests.values()].find((each) => each.handle === handle || each.former?.handle === handle);
    if (!guest) return "session_invalid";
    if (guest.ended) return "session_revoked";
    if (guest.jkt !== undefined && guest.jkt !== jkt) return "session_invalid";
    if (guest.handle !== handle && this.now() > (guest.former?.until ?? 0)) return "session_revoked";
    if (this.now() >= guest.endsAt) return "session_expired";
    if (starts) {
      guest.ended = true;
      return this.start(seen.body, jkt, guest.sessionId);
    }
    if (method === "DELETE") {
      guest.ended = true;
      return [204, undefined];
    }
    if (guest.handle === handle) guest.former = { handle, until: this.now() + 60_000 };
    guest.handle = `handle-${randomUUID()}-${"h".repeat(40)}`;
    if (this.tokenType === "jwt") guest.token = this.mint();
    return [200, this.session(guest)];
  }

  private start(
    body: Record<string, unknown>,
    jkt: string | undefined,
    tookOver?: string,
  ): ProblemCode | [number, Record<string, unknown>] {
    const identity = body["identityToken"] as string | undefined;
    if (this.requireBinding && jkt === undefined) return "session_invalid";
    if (this.requireIdentity && identity === undefined) return "identity_required";
    if (identity !== undefined && this.refusedIdentities.has(identity)) return "identity_expired";
    const sessionId = randomUUID();
    const guest: Guest = {
      sessionId,
      guestId: `gst_${sessionId}`,
      endsAt: this.now() + this.sessionLife * 1000,
      jkt,
      user: identity,
      ended: false,
      handle: `handle-${randomUUID()}-${"h".repeat(40)}`,
      former: undefined,
      token: this.mint(),
      ...(tookOver !== undefined && { tookOver }),
    };
    this.guests.set(sessionId, guest);
    return [201, { ...this.session(guest), messenger: this.messenger(guest.token) }];
  }

  private mint(): string {
    return this.tokenType === "uuid"
      ? randomUUID()
      : `eyJhbGciOiJSUzI1NiJ9.${randomUUID().replaceAll("-", "")}${"t".repeat(40)}.sig`;
  }

  private session(guest: Guest): Record<string, unknown> {
    const now = this.now();
    const left = Math.floor((guest.endsAt - now) / 1000);
    const expiresIn = this.tokenType === "uuid" ? left : Math.min(this.tokenLife, left);
    return {
      sessionId: guest.sessionId,
      guestId: guest.guestId,
      token: guest.token,
      tokenType: this.tokenType,
      ...(this.tokenType === "uuid" && { sessionToken: guest.token }),
      issuedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + expiresIn * 1000).toISOString(),
      expiresIn,
      refreshIn: this.refreshIn ?? Math.max(1, expiresIn - Math.min(300, expiresIn / 4)),
      serverTime: new Date(now).toISOString(),
      session: { handle: guest.handle, expiresIn: left, bound: guest.jkt !== undefined },
    };
  }

  private messenger(token: string): Record<string, unknown> {
    return {
      deploymentId: "deployment-1",
      region: "mypurecloud.ie",
      guestApi: "web-messaging",
      urls: { socket: "wss://x/v1", api: "https://x", config: "https://x/c", bootstrap: "https://x/b" },
      initConfig: { deploymentId: "deployment-1", region: "mypurecloud.ie", guestToken: token, loginMode: "guest" },
      features: { isTranscriptEnabled: true, isFileUploadEnabled: false, isRatingEnabled: false },
    };
  }

  /** The proof's key thumbprint, undefined where there is none, false where it is not good. RFC 9449, section 4.3. */
  private async prove({ headers, method, path }: Seen): Promise<string | undefined | false> {
    const proof = headers["dpop"];
    if (proof === undefined) return undefined;
    const [head = "", payload = "", signature = ""] = String(proof).split(".");
    const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
    const { typ, alg, jwk } = read(head) as { typ: string; alg: string; jwk: JsonWebKey };
    const { htm, htu, iat, jti } = read(payload) as { htm: string; htu: string; iat: number; jti: string };
    const key = await webcrypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
    const good = await webcrypto.subtle.verify(
      { name: "ECDSA", hash: "SHA-256" },
      key,
      Buffer.from(signature, "base64url"),
      Buffer.from(`${head}.${payload}`),
    );
    const start = this.lenientStarts && path === "/v1/sessions";
    const fresh = (start || Math.abs(iat - this.now() / 1000) <= 60) && !this.proofs.has(jti);
    this.proofs.add(jti);
    const right = typ === "dpop+jwt" && alg === "ES256" && !("d" in jwk) && htm === method && htu === this.url + path;
    if (!good || !fresh || !right) return false;
    const { crv, kty, x, y } = jwk;
    return createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
  }
}
