/** Operators' records of devices. */
import { auditActor, type Actor } from "@/lib/auth/actor";
import { PortcullisError } from "@/lib/core/errors";
import { readWarrantyCsv } from "@/lib/core/warranty-csv";
import { appendAudit } from "@/lib/db/audit";
import { countWarranties, searchWarranties, upsertWarranties } from "@/lib/db/warranties";
import type { Ports } from "@/lib/ports";
import { requireOperator } from "@/lib/usecases/search-clients";
import type { WarrantyImportView, WarrantyRecordsView } from "@/lib/usecases/warranty-views";
import { deviceView } from "./list-warranties";

const SHOWN_AT_MOST = 50;

/**
 * Takes a list of devices: new serial numbers are added, known ones get the model and the days given now. All of it, or nothing.
 *
 * @param input.csv see readWarrantyCsv
 * @throws forbidden; csv_invalid with the lines and what is wrong with each in `facts.lines`
 */
export async function importWarranties(ports: Ports, actor: Actor, input: { csv: string }): Promise<WarrantyImportView> {
  requireOperator(actor);
  const list = readWarrantyCsv(input.csv);
  if ("problems" in list) {
    const { problems, count } = list;
    throw new PortcullisError("csv_invalid", `Nothing was imported: ${count === 1 ? "one line has" : `${count} lines have`} to be mended first.`, { lines: problems, field: "csv" });
  }
  const { records } = list;
  return ports.db.transaction(async (tx) => {
    const now = ports.clock.now();
    const written = await upsertWarranties(tx, records, ports.newId, now);
    const added = written.filter(({ kind }) => kind === "new").length;
    const changed = written.length - added;
    const by = { at: now, actor: auditActor(actor, true), sourceAddress: actor.source.address };
    const touched = written.flatMap(({ kind, ownerId, serial }) => (kind === "changed" && ownerId !== null ? [{ ownerId, serial }] : []));
    await appendAudit(tx, [
      { ...by, chain: actor.userId, action: "warranties.imported", subject: null, data: { added, changed, unchanged: records.length - written.length } },
      // What was done to a person's device stands in their own log, too.
      ...touched.map(({ ownerId, serial }) => ({ ...by, chain: ownerId, action: "warranty.changed" as const, subject: null, data: { serial } })),
    ]);
    return { added, changed, unchanged: records.length - written.length };
  });
}

/** At most fifty, the latest import first. @throws forbidden */
export async function searchWarrantyRecords(ports: Ports, actor: Actor, input: { query?: string | null }): Promise<WarrantyRecordsView> {
  requireOperator(actor);
  const now = ports.clock.now();
  // PostgreSQL's text holds no NUL.
  const text = (input.query ?? "").replace(/\p{Cc}/gu, " ").trim().slice(0, 100);
  const [rows, count] = await Promise.all([searchWarranties(ports.db.read, text, SHOWN_AT_MOST), countWarranties(ports.db.read)]);
  return { items: rows.map((row) => ({ ...deviceView(row, now), id: row.id, ownerEmail: row.ownerEmail })), count };
}
