/** The agent's side of the wire: every answer is bounded and parsed before anything else sees it. */
import type { z } from "zod";
import {
  type AckRequest,
  type AckResponse,
  type CredentialRequest,
  type CredentialResponse,
  type EnrolRequest,
  type EnrolResponse,
  GATEWAY_API_PATH,
  PROTOCOL_HEADER,
  type ReportRequest,
  type ReportResponse,
  type StateQuery,
  type StateResponse,
  ackResponseSchema,
  credentialResponseSchema,
  enrolResponseSchema,
  errorResponseSchema,
  reportResponseSchema,
  stateQueryOf,
  stateResponseSchema,
} from "@/lib/protocol/messages";
import { MAX_RESPONSE_BYTES } from "@/lib/protocol/limits";
import { AGENT_VERSION } from "@/agent/version";
import { OLDEST_PROTOCOL_VERSION, SPOKEN_VERSIONS, versionsText } from "@/lib/protocol/version";

/** The portal answered, and said no. */
export class PortalRefused extends Error {
  override readonly name = "PortalRefused";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** No answer, or none that follows the protocol. */
export class PortalUnreachable extends Error {
  override readonly name = "PortalUnreachable";
}

/** Beyond the time that the portal may hold the request. */
const ANSWER_MS = 15_000;
/** A full state may be long, and the way slow. */
const FULL_STATE_MS = 120_000;

/** A proxy in front answers for a portal that is not there. */
const NOBODY_THERE: readonly number[] = [502, 503, 504];

/** All versions: the portal picks one. */
const LIST = versionsText(SPOKEN_VERSIONS);

export class PortalClient {
  /** Of the portal that answered last. */
  private current = 0;
  private speaks = LIST;

  constructor(
    /** Portals of one database: when one doesn't answer, the next request goes to the next. */
    private readonly portalUrls: readonly [string, ...string[]],
    /** Null before enrolment. */
    private credential: string | null,
    /** The portal's clock, to the second, at each answer; expiry times are by that clock. */
    private readonly onPortalTime: (time: Date) => void = () => undefined,
    /** The credential before this one: for a portal that was set back to before it was handed in. */
    private former: string | null = null,
  ) {}

  /** From the next request on. */
  useCredential(credential: string, former: string): void {
    this.credential = credential;
    this.former = former;
  }

  enrol(request: EnrolRequest, signal: AbortSignal): Promise<EnrolResponse> {
    return this.request("POST", "/enrol", enrolResponseSchema, { body: request, signal, timeoutMs: ANSWER_MS });
  }

  state(query: StateQuery, signal: AbortSignal): Promise<StateResponse> {
    const timeoutMs = query.since === null ? FULL_STATE_MS : query.wait * 1_000 + ANSWER_MS;
    return this.request("GET", `/state?${new URLSearchParams(stateQueryOf(query)).toString()}`, stateResponseSchema, { signal, timeoutMs });
  }

  acknowledge(request: AckRequest, signal: AbortSignal): Promise<AckResponse> {
    return this.request("POST", "/ack", ackResponseSchema, { body: request, signal, timeoutMs: ANSWER_MS });
  }

  report(request: ReportRequest, signal: AbortSignal): Promise<ReportResponse> {
    return this.request("POST", "/report", reportResponseSchema, { body: request, signal, timeoutMs: ANSWER_MS });
  }

  /** The next credential, which counts from its first use on. */
  handInCredential(request: CredentialRequest, signal: AbortSignal): Promise<CredentialResponse> {
    return this.request("POST", "/credential", credentialResponseSchema, { body: request, signal, timeoutMs: ANSWER_MS });
  }

  /** @throws PortalRefused, PortalUnreachable, or the signal's reason when the caller gave up. */
  private async request<T>(method: string, path: string, schema: z.ZodType<T>, options: { body?: object; signal: AbortSignal; timeoutMs: number }): Promise<T> {
    const { credential, former, speaks } = this;
    try {
      return await this.send(method, path, schema, options);
    } catch (error) {
      if (!(error instanceof PortalRefused)) throw error;
      if (error.code === "gateway_unauthenticated" && former !== null && this.credential === credential) {
        this.credential = former;
        try {
          const answer = await this.send(method, path, schema, options);
          this.former = null;
          return answer;
        } catch (again) {
          this.credential = credential;
          throw again;
        }
      }
      // A portal of before versions were negotiated knows one, and no list.
      if (error.code === "protocol_unsupported" && speaks === LIST && this.speaks === LIST) {
        this.speaks = String(OLDEST_PROTOCOL_VERSION);
        return await this.send(method, path, schema, options);
      }
      if (error.code === "protocol_unsupported") this.speaks = LIST;
      throw error;
    }
  }

  private async send<T>(method: string, path: string, schema: z.ZodType<T>, options: { body?: object; signal: AbortSignal; timeoutMs: number }): Promise<T> {
    const { body, signal, timeoutMs } = options;
    const headers: Record<string, string> = { accept: "application/json", "user-agent": `portcullis-agent/${AGENT_VERSION}`, [PROTOCOL_HEADER]: this.speaks };
    if (this.credential !== null) headers.authorization = `Bearer ${this.credential}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const { current } = this;
    let status: number;
    let answer: unknown;
    try {
      const response = await fetch(`${this.portalUrls[current]}${GATEWAY_API_PATH}${path}`, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        // A redirect could carry the credential elsewhere.
        redirect: "error",
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      status = response.status;
      const date = Date.parse(response.headers.get("date") ?? "");
      if (!Number.isNaN(date)) this.onPortalTime(new Date(date));
      answer = JSON.parse(await boundedText(response));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      this.leave(current);
      throw new PortalUnreachable(`${method} ${path.split("?")[0]}: ${reasonOf(error)}`);
    }
    if (NOBODY_THERE.includes(status)) this.leave(current);
    if (status >= 400) throw refusal(status, answer);
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new PortalUnreachable(`${method} ${path.split("?")[0]}: the answer is not of the protocol (${issue?.path.join(".")} ${issue?.message})`);
  }

  /** Several requests may fail at one portal: only the first moves on. */
  private leave(portal: number): void {
    // Another portal, or the same one after an update, may speak more.
    this.speaks = LIST;
    if (portal === this.current) this.current = (portal + 1) % this.portalUrls.length;
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_RESPONSE_BYTES) throw new Error(`the answer is longer than ${MAX_RESPONSE_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function refusal(status: number, answer: unknown): PortalRefused {
  const parsed = errorResponseSchema.safeParse(answer);
  if (!parsed.success) return new PortalRefused(status, "unknown", `The portal answered ${status}.`);
  return new PortalRefused(status, parsed.data.error.code, parsed.data.error.message);
}

/** fetch hides the reason of a failed connection one level down. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}
