/**
 * For tests: the portal's end of the wire. A real HTTP server that keeps one gateway's wanted state, answers as
 * docs/gateway-protocol.md says, and can be told to misbehave.
 */
import { EventEmitter, once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { digestOf, elementsOf, toHex } from "@/lib/protocol/digest";
import {
  type AckRequest,
  type Change,
  type EnrolRequest,
  GATEWAY_API_PATH,
  type Instance,
  type Peer,
  type ReportRequest,
  ackRequestSchema,
  credentialRequestSchema,
  enrolRequestSchema,
  reportRequestSchema,
  stateQuerySchema,
  stateResponseSchema,
} from "@/lib/protocol/messages";

export const GATEWAY_ID = "58c7e0a3-4d92-4b1f-86e5-c3f19a70d2b4";

export class WirePortal {
  readonly token = `pce_${"t".repeat(43)}`;
  /** Set to answer every request with this error. */
  refuse: { status: number; code: string } | null = null;
  /** What a host installs the agent from, by name; null: no such file. */
  file: (name: string) => Promise<string | null> = async () => null;
  /** What it speaks, as the header of a request must say; null: whatever the agent speaks. A portal of before versions were negotiated knows "1" alone. */
  speaks: string | null = null;
  /** What its requests said. */
  readonly heard: string[] = [];
  /** Ask for another credential with each report. */
  rotate = false;
  /** Handed in, and not used yet. */
  nextCredential: string | null = null;
  /** What it was asked with, in order, each change once. */
  readonly credentials: string[] = [];
  revision = 1;
  enrolment: EnrolRequest | null = null;
  readonly acks: AckRequest[] = [];
  readonly reports: ReportRequest[] = [];
  /** What each request for state asked since. */
  readonly asked: (number | null)[] = [];
  private readonly instances = new Map<string, Instance>();
  private readonly history: { revision: number; changes: Change[] }[] = [];
  private readonly events = new EventEmitter().setMaxListeners(100);
  private server = createServer();
  private port = 0;

  async start(): Promise<void> {
    this.server = createServer((request, response) => void this.answer(request, response));
    this.server.listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** As if killed: every connection is cut. */
  async stop(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Commits a change, as a use case of the portal would, and wakes the waiting agent. @returns the new revision. */
  commit(...changes: Change[]): number {
    for (const change of changes) this.apply(change);
    this.revision += 1;
    this.history.push({ revision: this.revision, changes });
    this.events.emit("commit");
    return this.revision;
  }

  addPeer(instanceId: string, peer: Peer): number {
    return this.commit({ kind: "peer", instanceId, peer });
  }

  removePeer(instanceId: string, { clientId, publicKey }: Peer): number {
    return this.commit({ kind: "peer-removed", instanceId, clientId, publicKey });
  }

  /** Forgets how it came to this state, as after a restore: every agent gets a full one. */
  forgetHistory(): void {
    this.history.length = 0;
  }

  get digest(): string {
    return toHex(digestOf([...this.instances.values()].flatMap((instance) => [...elementsOf(instance)])));
  }

  instance(instanceId: string): Instance | undefined {
    return this.instances.get(instanceId);
  }

  /** Resolves with the first acknowledgement, of those to come or already here, that fits. */
  async acknowledged(fits: (ack: AckRequest) => boolean): Promise<AckRequest> {
    for (let seen = 0; ; seen += 1) {
      while (seen === this.acks.length) await once(this.events, "ack");
      if (fits(this.acks[seen]!)) return this.acks[seen]!;
    }
  }

  /** Resolves when the gateway has confirmed that it holds what is wanted at this revision or a later one. */
  confirmed(revision: number): Promise<AckRequest> {
    return this.acknowledged((ack) => ack.revision >= revision && ack.digest === this.digest);
  }

  /** Resolves with the first report, of those to come or already here, that fits. */
  async reported(fits: (report: ReportRequest) => boolean): Promise<ReportRequest> {
    for (let seen = 0; ; seen += 1) {
      while (seen === this.reports.length) await once(this.events, "report");
      if (fits(this.reports[seen]!)) return this.reports[seen]!;
    }
  }

  private apply(change: Change): void {
    if (change.kind === "instance") this.instances.set(change.instance.instanceId, structuredClone(change.instance));
    if (change.kind === "instance-removed") this.instances.delete(change.instanceId);
    if (change.kind !== "peer" && change.kind !== "peer-removed") return;
    const instance = this.instances.get(change.instanceId)!;
    const publicKey = change.kind === "peer" ? change.peer.publicKey : change.publicKey;
    const others = instance.peers.filter((peer) => peer.publicKey !== publicKey);
    instance.peers = change.kind === "peer" ? [...others, change.peer] : others;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, "http://portal");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = (): unknown => JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const send = (status: number, message: object): void => void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(message));
    const fail = (status: number, code: string): void => send(status, { error: { code, message: `Refused: ${code}.` } });
    const path = url.pathname.replace(GATEWAY_API_PATH, "");
    if (url.pathname.startsWith("/api/agent/")) {
      const content = await this.file(url.pathname.slice("/api/agent/".length));
      return void response.writeHead(content === null ? 404 : 200, { "content-type": "text/plain" }).end(content);
    }
    if (this.refuse !== null) return fail(this.refuse.status, this.refuse.code);
    const versions = String(request.headers["portcullis-protocol"]);
    if (this.heard.at(-1) !== versions) this.heard.push(versions);
    if (this.speaks !== null && versions !== this.speaks) return fail(426, "protocol_unsupported");
    if (path !== "/enrol" && !this.authenticate(request.headers.authorization)) return fail(401, "gateway_unauthenticated");
    switch (`${request.method} ${path}`) {
      case "POST /enrol":
        return this.enrol(enrolRequestSchema.parse(body()), send, fail);
      case "GET /state": {
        const { since, wait } = stateQuerySchema.parse(Object.fromEntries(url.searchParams));
        this.asked.push(since);
        this.events.emit("asked");
        return this.state(since, wait, request, send);
      }
      case "POST /ack": {
        const ack = ackRequestSchema.parse(body());
        this.acks.push(ack);
        this.events.emit("ack");
        return send(200, { acknowledgedRevision: ack.revision, inSync: ack.revision !== this.revision || ack.digest === this.digest });
      }
      case "POST /report": {
        const report = reportRequestSchema.parse(body());
        this.reports.push(report);
        this.events.emit("report");
        return send(200, { inSync: report.revision !== this.revision || report.digest === this.digest, ...(this.rotate ? { rotateCredential: true } : {}) });
      }
      case "POST /credential":
        this.nextCredential = credentialRequestSchema.parse(body()).credential;
        this.events.emit("credential");
        return send(200, {});
      default:
        return fail(404, "not_found");
    }
  }

  /** The next credential takes over at its first use. */
  private authenticate(authorization: string | undefined): boolean {
    const shown = authorization?.replace("Bearer ", "") ?? "";
    if (shown === this.nextCredential && this.enrolment !== null) {
      this.enrolment = { ...this.enrolment, credential: shown };
      this.nextCredential = null;
      this.rotate = false;
    }
    if (shown !== this.enrolment?.credential) return false;
    if (this.credentials.at(-1) !== shown) this.credentials.push(shown);
    this.events.emit("authenticated");
    return true;
  }

  /** Resolves when requests come with another credential than this. */
  async authenticatedAnew(former: string): Promise<void> {
    while (this.enrolment?.credential === former) await once(this.events, "authenticated");
  }

  /** Resolves when the next credential was handed in. */
  async handedIn(): Promise<void> {
    while (this.nextCredential === null) await once(this.events, "credential");
  }

  private enrol(message: EnrolRequest, send: (status: number, message: object) => void, fail: (status: number, code: string) => void): void {
    const repeated = this.enrolment?.credential === message.credential;
    if (message.token !== this.token || (this.enrolment !== null && !repeated)) return fail(401, "enrolment_refused");
    this.enrolment = message;
    send(repeated ? 200 : 201, { gatewayId: GATEWAY_ID, name: "fra-1", protocol: 1 });
  }

  private async state(since: number | null, wait: number, request: IncomingMessage, send: (status: number, message: object) => void): Promise<void> {
    if (since === this.revision && wait > 0) {
      const gone = once(request.socket, "close");
      await Promise.race([once(this.events, "commit", { signal: AbortSignal.timeout(wait * 1_000) }).catch(() => undefined), gone]);
      if (request.socket.destroyed) return;
    }
    const missed = this.history.filter(({ revision }) => since !== null && revision > since);
    const instances = [...this.instances.values()];
    if (since === this.revision) send(200, { kind: "unchanged", revision: since });
    else if (since === null || since > this.revision || missed.length !== this.revision - since) send(200, stateResponseSchema.parse({ kind: "full", revision: this.revision, instances }));
    else send(200, stateResponseSchema.parse({ kind: "delta", from: since, revision: this.revision, changes: this.latest(missed.flatMap(({ changes }) => changes)) }));
  }

  /** Each peer and instance once, as it is now. */
  private latest(changes: Change[]): Change[] {
    const byElement = new Map<string, Change>();
    const whole = new Set<string>();
    for (const change of changes) {
      const instanceId = change.kind === "instance" ? change.instance.instanceId : change.instanceId;
      if (change.kind === "instance" || change.kind === "instance-removed") {
        whole.add(instanceId);
        const instance = this.instances.get(instanceId);
        byElement.set(instanceId, instance === undefined ? { kind: "instance-removed", instanceId } : { kind: "instance", instance });
      } else byElement.set(`${instanceId} ${change.kind === "peer" ? change.peer.publicKey : change.publicKey}`, change);
    }
    return [...byElement].filter(([element, { kind }]) => kind.startsWith("instance") || !whole.has(element.split(" ")[0]!)).map(([, change]) => change);
  }
}
