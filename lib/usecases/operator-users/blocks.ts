/** Guessing that was stopped, as operators see and lift it. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { findBlock, liftBlock, listBlocks, type Block } from "@/lib/auth/limits";
import { notFound } from "@/lib/core/errors";
import { findUserByEmail } from "@/lib/db/accounts";
import { appendAudit } from "@/lib/db/audit";
import { iso } from "@/lib/db/values";
import type { Ports } from "@/lib/ports";
import { requireOperator } from "@/lib/usecases/search-clients";
import type { BlockView, Page } from "@/lib/usecases/views";

const KINDS: Record<Block["kind"], string> = {
  password: "sign-in with a password",
  factor: "codes to sign in",
  mail: "mails to register or reset",
  codeMail: "mails with codes to sign in",
  passkey: "sign-in with a passkey",
  serial: "registering devices",
  apiKey: "API keys of systems",
  logoutToken: "sign-outs by a provider",
  scimToken: "tokens of directories",
  scimInvite: "invitations by a directory",
  join: "systems that ask to join",
  license: "redeeming license keys",
};

function inWords({ kind, scope, account, source }: Block): string {
  const to = account === null ? "" : ` to ${account}`;
  switch (scope) {
    case "source":
      return `${KINDS[kind]}, from ${source ?? "an unknown address"}`;
    case "pair":
      return `${KINDS[kind]}${to}, from ${source ?? "an unknown address"}`;
    case "account":
      return `${KINDS[kind]}${to}, from strangers`;
    case "known":
      return `${KINDS[kind]}${to}, from browsers that its owner has used before`;
  }
}

/** A block's key holds spaces and an address: in a path it is one opaque word. */
const opaque = (key: string): string => Buffer.from(key).toString("base64url");

/** Accounts under attack first, then those that wait longest. @throws forbidden */
export async function listBlockViews(ports: Ports, actor: Actor): Promise<Page<BlockView>> {
  requireOperator(actor);
  const blocks = await listBlocks(ports);
  const items = blocks.map((block) => ({ key: opaque(block.key), what: inWords(block), tries: block.tries, until: iso(block.waitsUntil ?? block.countedUntil) }));
  return { items, nextCursor: null };
}

/** Noted in the log of the account that it slowed, or of the operator where there is none. @throws forbidden, not_found when there is no such block (any more) */
export async function liftBlockByKey(ports: Ports, actor: Actor, input: { key: string }): Promise<void> {
  requireOperator(actor);
  const key = Buffer.from(input.key, "base64url").toString("utf8");
  // What is no key of ours names nothing; PostgreSQL's text holds no NUL.
  const block = opaque(key) === input.key && !/\p{Cc}/u.test(key) ? await findBlock(ports, key) : null;
  if (!block) throw notFound();
  await ports.db.transaction(async (tx) => {
    if (!(await liftBlock({ db: { ...ports.db, read: tx } }, block.key))) throw notFound();
    const slowed = block.account === null ? null : await findUserByEmail(tx, block.account);
    const chain = slowed?.id ?? actor.userId;
    await appendAudit(tx, [
      { chain, at: ports.clock.now(), action: "block.lifted", actor: auditActor(actor, true), subject: { kind: "user", id: chain }, sourceAddress: actor.source.address, data: { what: inWords(block), tries: block.tries } },
    ]);
  });
}
