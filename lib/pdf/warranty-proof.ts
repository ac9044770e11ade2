/** Proof of a device's warranty, on one A4 page. */
import { join } from "node:path";
import Pdf from "pdfkit";
import { coverageOf, dayOf } from "@/lib/core/warranty";

export interface WarrantyProof {
  model: string;
  serial: string;
  /** Days, like "2027-03-01"; the last one is covered. */
  startsOn: string;
  endsOn: string;
  registeredOn: string;
  /** Whose device it is: their proved address. */
  owner: string;
  /** The portal's host name. */
  portal: string;
  issuedAt: Date;
}

const MARGIN = 64;
const LABEL_WIDTH = 150;
const INK = "#0f172a";
const FAINT = "#64748b";
const STATES = { ahead: "Not begun yet", running: "Covered", over: "Over" } as const;

// A font of its own: the built-in ones know the letters of western Europe alone.
const font = (name: string): string => join(/*turbopackIgnore: true*/ process.cwd(), "node_modules", "dejavu-fonts-ttf", "ttf", `${name}.ttf`);

export async function warrantyProof(proof: WarrantyProof): Promise<Uint8Array<ArrayBuffer>> {
  const document = new Pdf({ size: "A4", margin: MARGIN, lang: "en", pdfVersion: "1.7", tagged: true, displayTitle: true, font: font("DejaVuSans"), info: { Title: `Warranty of ${proof.model}, ${proof.serial}`, Author: proof.portal, CreationDate: proof.issuedAt, ModDate: proof.issuedAt } });
  const chunks: Uint8Array[] = [];
  document.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  const finished = new Promise<void>((settle, refuse) => document.once("end", settle).once("error", refuse));
  draw(document, proof);
  document.end();
  await finished;
  return new Uint8Array(Buffer.concat(chunks));
}

function draw(document: PDFKit.PDFDocument, proof: WarrantyProof): void {
  const { state, daysLeft } = coverageOf(proof, dayOf(proof.issuedAt));
  const width = document.page.width - 2 * MARGIN;
  document.font(font("DejaVuSans-Bold")).fontSize(22).fillColor(INK).text("Proof of warranty", MARGIN, MARGIN);
  document.moveDown(0.3).font(font("DejaVuSans")).fontSize(10).fillColor(FAINT).text(`Issued by ${proof.portal} on ${dayOf(proof.issuedAt)}`);
  document.moveDown(1.2);
  document.moveTo(MARGIN, document.y).lineTo(MARGIN + width, document.y).lineWidth(0.5).strokeColor("#cbd5e1").stroke();
  document.moveDown(1.2);
  const rows = [
    ["Device", proof.model],
    ["Serial number", proof.serial],
    ["Covered from", proof.startsOn],
    ["Covered until", `${proof.endsOn}, this day included`],
    ["State on the day of issue", state === "running" ? `${STATES[state]}, ${daysLeft} ${daysLeft === 1 ? "day" : "days"} left` : STATES[state]],
    ["Registered to", proof.owner],
    ["Registered on", proof.registeredOn],
  ] as const;
  for (const [label, value] of rows) {
    const top = document.y;
    document.fontSize(10).fillColor(FAINT).text(label, MARGIN, top, { width: LABEL_WIDTH - 12 });
    const afterLabel = document.y;
    document.fontSize(11).fillColor(INK).text(value, MARGIN + LABEL_WIDTH, top - 1, { width: width - LABEL_WIDTH });
    document.y = Math.max(afterLabel, document.y) + 8;
  }
  document
    .fontSize(9)
    .fillColor(FAINT)
    .text("This page says what the portal's records held on the day of issue. A device may change hands afterwards: the portal has the current state. Days are in UTC.", MARGIN, document.y + 16, { width });
}
