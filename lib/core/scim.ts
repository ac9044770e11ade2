/** SCIM 2.0 (RFC 7643, RFC 7644) as far as the portal speaks it: what a request says, and what an answer looks like. No I/O. */

export const SCIM_USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";
const CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

export const SCIM_MEDIA_TYPE = "application/scim+json";
/** Most that one page holds, and what it holds when nothing is said. */
export const MAX_RESULTS = 200;
const USUAL_RESULTS = 100;
const MAX_OPERATIONS = 100;
const MAX_EXTERNAL_ID_BYTES = 1024;

/** RFC 7644, table 9. */
export type ScimType = "invalidFilter" | "uniqueness" | "mutability" | "invalidSyntax" | "invalidPath" | "invalidValue";

/** A refusal in SCIM's own terms. */
export class ScimError extends Error {
  override readonly name = "ScimError";

  constructor(
    readonly status: number,
    detail: string,
    readonly scimType: ScimType | null = null,
  ) {
    super(detail);
  }
}

export const errorBody = (status: number, detail: string, scimType: ScimType | null) => ({ schemas: [ERROR], status: String(status), ...(scimType === null ? {} : { scimType }), detail });

const bad = (detail: string, scimType: ScimType): ScimError => new ScimError(400, detail, scimType);

export interface ScimFilter {
  attribute: "userName" | "externalId" | "id";
  value: string;
}

const FILTERED = { username: "userName", externalid: "externalId", id: "id" } as const;

/** One comparison, like `userName eq "ada@example.com"`. @throws ScimError invalidFilter */
export function parseFilter(text: string | null): ScimFilter | null {
  if (text === null || text.trim() === "") return null;
  const match = /^\s*(?:urn:ietf:params:scim:schemas:core:2\.0:User:)?([a-z]+)\s+eq\s+("(?:[^"\\]|\\.)*")\s*$/i.exec(text.slice(0, 2000));
  const name = match?.[1]?.toLowerCase() ?? "";
  const value = match && stringIn(match[2] ?? "");
  if (!Object.hasOwn(FILTERED, name) || typeof value !== "string") throw bad('Only filters like userName eq "ada@example.com" are understood; of userName, externalId and id.', "invalidFilter");
  return { attribute: FILTERED[name as keyof typeof FILTERED], value };
}

function stringIn(literal: string): unknown {
  try {
    return JSON.parse(literal);
  } catch {
    return null;
  }
}

export interface ScimPage {
  /** 1 is the first. */
  startIndex: number;
  count: number;
}

/** RFC 7644, 3.4.2.4: what is below the least is the least. @throws ScimError invalidValue for what is no number */
export function parsePage(startIndex: string | null, count: string | null): ScimPage {
  const number = (text: string | null, usual: number, name: string): number => {
    if (text === null) return usual;
    if (!/^-?\d{1,9}$/.test(text)) throw bad(`${name} is no whole number.`, "invalidValue");
    return Number(text);
  };
  return { startIndex: Math.max(1, number(startIndex, 1, "startIndex")), count: Math.min(MAX_RESULTS, Math.max(0, number(count, USUAL_RESULTS, "count"))) };
}

/** What a directory may say of a user. What is left out is undefined. */
export interface ScimChange {
  userName?: string;
  externalId?: string | null;
  active?: boolean;
}

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** Names of attributes are the same in any case (RFC 7643, 2.1). */
const plainKeys = (object: Json): Json => Object.fromEntries(Object.entries(object).map(([key, value]) => [key.toLowerCase(), value]));

/** @throws ScimError invalidSyntax */
function bodyOf(body: unknown, schema: string): Json {
  if (!isObject(body)) throw bad("The request's body is no JSON object.", "invalidSyntax");
  const plain = plainKeys(body);
  if (!Array.isArray(plain.schemas) || !plain.schemas.some((one) => typeof one === "string" && one.toLowerCase() === schema.toLowerCase())) throw bad(`"schemas" doesn't name ${schema}.`, "invalidSyntax");
  return plain;
}

/** A whole user, of a POST or a PUT. What the portal doesn't take from a directory (names, for one) is passed over. @throws ScimError */
export function parseUser(body: unknown): ScimChange & { userName: string } {
  const { username, externalid, active } = bodyOf(body, SCIM_USER);
  if (typeof username !== "string" || username.trim() === "") throw bad("userName is missing: it is the address that the person is invited by.", "invalidValue");
  return { userName: username.trim(), ...(externalid === undefined ? {} : { externalId: externalIdIn(externalid) }), ...(active === undefined ? {} : { active: booleanIn(active) }) };
}

/** @throws ScimError */
export function parsePatch(body: unknown): ScimChange {
  const { operations } = bodyOf(body, PATCH);
  if (!Array.isArray(operations) || operations.length === 0 || operations.length > MAX_OPERATIONS) throw bad(`"Operations" is no list of 1 to ${MAX_OPERATIONS}.`, "invalidSyntax");
  return operations.reduce<ScimChange>((change, operation) => ({ ...change, ...changeOf(operation) }), {});
}

function changeOf(operation: unknown): ScimChange {
  if (!isObject(operation)) throw bad("An operation is no JSON object.", "invalidSyntax");
  const { op, path, value } = plainKeys(operation);
  const what = typeof op === "string" ? op.toLowerCase() : "";
  if (!["add", "replace", "remove"].includes(what)) throw bad('An operation\'s "op" is none of add, replace and remove.', "invalidSyntax");
  if (path === undefined || path === null) {
    if (what === "remove" || !isObject(value)) throw bad("An operation without a path needs an object as its value.", "invalidPath");
    return Object.entries(value).reduce<ScimChange>((change, [name, one]) => ({ ...change, ...attribute(name, one) }), {});
  }
  if (typeof path !== "string" || !/^[a-z$][\w.$:[\]"' @-]{0,500}$/i.test(path)) throw bad("An operation's path is none.", "invalidPath");
  return attribute(path, what === "remove" ? null : value);
}

function attribute(path: string, value: unknown): ScimChange {
  const prefix = `${SCIM_USER}:`.toLowerCase();
  const name = path.toLowerCase().startsWith(prefix) ? path.slice(prefix.length) : path;
  switch (name.toLowerCase()) {
    case "active":
      return { active: booleanIn(value) };
    case "externalid":
      return { externalId: externalIdIn(value) };
    case "username":
      if (typeof value !== "string") throw bad("userName is no text.", "invalidValue");
      return { userName: value.trim() };
    default:
      // People name themselves here: what a directory says besides is passed over, so that one that sends it all can be used.
      return {};
  }
}

/** Some directories write them as text. */
function booleanIn(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  const text = typeof value === "string" ? value.toLowerCase() : "";
  if (text === "true" || text === "false") return text === "true";
  throw bad("active is neither true nor false.", "invalidValue");
}

function externalIdIn(value: unknown): string | null {
  if (value === null || value === "") return null;
  // PostgreSQL's text holds no NUL.
  if (typeof value !== "string" || value.includes("\0") || new TextEncoder().encode(value).length > MAX_EXTERNAL_ID_BYTES) throw bad("externalId is no text, or too long a one.", "invalidValue");
  return value;
}

export interface ScimUser {
  id: string;
  externalId: string | null;
  userName: string;
  /** Empty of who was invited and has not come yet. */
  name: string;
  active: boolean;
  role: string;
  created: string;
}

/** @param base the address of the subscription's SCIM, without a slash at its end */
export const userBody = ({ id, externalId, userName, name, active, role, created }: ScimUser, base: string) => ({
  schemas: [SCIM_USER],
  id,
  ...(externalId === null ? {} : { externalId }),
  userName,
  ...(name === "" ? {} : { displayName: name, name: { formatted: name } }),
  active,
  emails: [{ value: userName, type: "work", primary: true }],
  roles: [{ value: role, primary: true }],
  meta: { resourceType: "User", created, location: `${base}/Users/${id}` },
});

export const listBody = (users: ScimUser[], total: number, { startIndex }: ScimPage, base: string) => ({
  schemas: [LIST],
  totalResults: total,
  startIndex,
  itemsPerPage: users.length,
  Resources: users.map((user) => userBody(user, base)),
});

/** RFC 7643, section 5. */
export const serviceProviderConfig = (base: string) => ({
  schemas: [CONFIG],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: MAX_RESULTS },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: false },
  authenticationSchemes: [{ type: "oauthbearertoken", name: "Bearer token", description: "The token of the subscription's directory, as its owner made it in the portal.", primary: true }],
  meta: { resourceType: "ServiceProviderConfig", location: `${base}/ServiceProviderConfig` },
});
