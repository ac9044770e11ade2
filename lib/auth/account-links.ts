/**
 * The link in a notice that ends every session of an account. What it carries follows from the portal's secret and the link's id, and is
 * made when the mail is sent: neither the outbox nor the table of links holds it.
 */
import { createHmac } from "node:crypto";
import { insertAccountLink } from "@/lib/db/account-links";
import type { Tx } from "@/lib/db/client";
import type { Ports } from "@/lib/ports";
import { tokenHashOf } from "./tokens";

const LIFETIME_MS = 7 * 24 * 3_600_000;

/** 256 bits, in base64url. */
export const linkToken = (ports: Pick<Ports, "config">, linkId: string): string =>
  createHmac("sha256", ports.config.deriveKey("account link")).update(`portcullis account link v1\n${linkId}`).digest("base64url");

/** What the link in a mail to somebody invited carries. @param linkId of this mail: each has its own */
export const invitationToken = (ports: Pick<Ports, "config">, linkId: string): string =>
  createHmac("sha256", ports.config.deriveKey("invitation")).update(`portcullis invitation v1\n${linkId}`).digest("base64url");

/** What the link in a mail about a prepared client carries. @param linkId of this mail: each has its own */
export const enrolmentToken = (ports: Pick<Ports, "config">, linkId: string): string =>
  createHmac("sha256", ports.config.deriveKey("enrolment")).update(`portcullis enrolment v1\n${linkId}`).digest("base64url");

/** @returns the link's id, for the mail */
export async function makeEndSessionsLink(ports: Ports, tx: Tx, userId: string): Promise<string> {
  const now = ports.clock.now();
  const id = ports.newId();
  await insertAccountLink(tx, { id, userId, tokenHash: tokenHashOf(linkToken(ports, id)), now, expiresAt: new Date(now.getTime() + LIFETIME_MS) });
  return id;
}
