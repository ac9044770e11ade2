/** Where a secret has got to: everything that the portal was sent, keeps, writes or mails is searched for it in every likely spelling. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { StackDescription } from "@/e2e/stack/description";
import type { Store } from "./store";
import type { SentRequest } from "./watched-page";

/** Base64 in all three alignments (inside something larger that was encoded as a whole), base64url, hex, raw bytes, a list of numbers. */
export function spellingsOf(secret: Uint8Array): string[] {
  const bytes = Buffer.from(secret);
  const aligned = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64").replace(/=+$/, "");
    return text.slice(Math.ceil((shift * 8) / 6), -1);
  });
  const url = aligned.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  const escaped = aligned.map(encodeURIComponent);
  return [...new Set([...aligned, ...url, ...escaped, bytes.toString("hex"), bytes.toString("hex").toUpperCase(), bytes.toString("latin1"), [...bytes].join(",")])];
}

export interface Places {
  store: Store;
  stack: StackDescription;
  requests: SentRequest[];
}

/** Every place that holds the secret, named for a person; empty when there is none. */
export async function placesOf(secret: Uint8Array, { store, stack, requests }: Places): Promise<string[]> {
  const spellings = spellingsOf(secret);
  const holds = (text: string) => spellings.some((spelling) => text.includes(spelling));
  const found: string[] = [];
  for (const { method, url, body, headers } of requests) if ([url, body, JSON.stringify(headers)].some(holds)) found.push(`request ${method} ${new URL(url).pathname}`);
  for (const [file, text] of await serverFiles(stack)) if (holds(text)) found.push(`file ${file}`);
  for (const [table, row] of await everyRow(store)) if (holds(row)) found.push(`table ${table}`);
  for (const [id, mail] of await everyMail(stack)) if (holds(mail)) found.push(`mail ${id}`);
  return [...new Set(found)];
}

async function serverFiles(stack: StackDescription): Promise<[string, string][]> {
  const folder = dirname(stack.logs.portal);
  return Promise.all((await readdir(folder)).map(async (name): Promise<[string, string]> => [name, await readFile(join(folder, name), "latin1")]));
}

/** Each row of each table as text, in which PostgreSQL writes bytea as hex. */
async function everyRow(store: Store): Promise<[string, string][]> {
  const tables = await store.sql<{ name: string }>("SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')");
  const rows = await Promise.all(tables.map(({ name }) => store.sql<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)));
  return rows.flatMap((list, index) => list.map(({ row }): [string, string] => [tables[index]?.name ?? "", row]));
}

async function everyMail({ mailboxUrl }: StackDescription): Promise<[number, string][]> {
  const { messages } = (await (await fetch(`${mailboxUrl}/api/messages`)).json()) as { messages: { id: number }[] };
  const raw = async ({ id }: { id: number }): Promise<string> => (await fetch(`${mailboxUrl}/api/messages/${id}/raw`)).text();
  return Promise.all(messages.map(async (mail): Promise<[number, string]> => [mail.id, JSON.stringify(mail) + (await raw(mail))]));
}
