/** The audit log: checked, and exported. */
import { CHAIN_START, verifyChain, type ChainPosition } from "@/lib/core/audit-chain";
import { listChains, readAuditForward } from "@/lib/db/audit";
import type { StorePorts } from "@/lib/ports";
import { need, type Command } from "./command";

const PAGE = 1000;

/** @returns whether every chain is whole */
async function verifyAudit(ports: StorePorts): Promise<boolean> {
  let whole = true;
  for (const chain of await listChains(ports.db.read)) {
    let position: ChainPosition = CHAIN_START;
    let broken: string | null = null;
    do {
      const events = await readAuditForward(ports.db.read, chain.id, PAGE, position.count);
      const last = events.length < PAGE;
      const verdict = verifyChain(events, { from: position, ...(last ? { expected: { count: chain.seq, head: chain.headHash } } : {}) });
      if (!verdict.ok) broken = `event ${verdict.atSeq}: ${verdict.reason}`;
      else position = verdict;
      if (last) break;
    } while (broken === null);
    console.log(broken === null ? `ok      ${chain.id}  ${chain.seq} events  head ${chain.headHash}` : `BROKEN  ${chain.id}  ${broken}`);
    whole &&= broken === null;
  }
  console.log(whole ? "Every chain is whole. Keep the heads somewhere else: whoever rewrites a whole chain can't match them." : "At least one chain was tampered with.");
  return whole;
}

async function exportAudit(ports: StorePorts, chainId: string): Promise<void> {
  for (let after = 0; ; ) {
    const events = await readAuditForward(ports.db.read, chainId, PAGE, after);
    for (const event of events) console.log(JSON.stringify(event));
    after = events.at(-1)?.seq ?? after;
    if (events.length < PAGE) return;
  }
}

export const AUDIT_COMMANDS: Command[] = [
  { words: "audit verify", takes: "", about: "checks every hash chain, and prints each chain's head", run: async (ports) => ((await verifyAudit(ports)) ? 0 : 1) },
  { words: "audit export", takes: "CHAIN-ID", about: "prints a chain as JSON lines, oldest first", run: (ports, subject) => exportAudit(ports, need(subject, "CHAIN-ID")) },
];
