/** Mails about devices and their warranties. */
import type { WarrantyMail } from "./messages";
import { when, type Parts } from "./parts";

export function warrantyMail(content: WarrantyMail): Parts {
  const { model, serial, url } = content;
  const device = [
    { label: "Device", value: model },
    { label: "Serial number", value: serial },
  ];
  switch (content.template) {
    case "warranty-ending":
      return {
        subject: `The warranty of ${model} ends on ${content.endsOn}`,
        lead: `The warranty of your device ${model} ends soon.`,
        details: [...device, { label: "Last day covered", value: content.endsOn }],
        closing: "If the device has a fault, report it while it is covered.",
        links: [{ label: "See your devices", url }],
      };
    case "warranty-offered":
      return {
        subject: `${content.fromEmail} wants to transfer ${model} to you`,
        lead: `${content.fromEmail} offers you a device and its warranty. Sign in with this address and accept it, if you know what it is about.`,
        details: [...device, { label: "From", value: content.fromEmail }, { label: "Offered until", value: when(content.expiresAt) }],
        closing: "Nothing happens unless you accept it on the page.",
        links: [{ label: "See the offer", url }],
      };
    case "warranty-transferred":
      return {
        subject: `${model} belongs to ${content.toEmail} now`,
        lead: `${content.toEmail} accepted your device ${model}, and its warranty with it.`,
        details: [...device, { label: "When", value: when(content.at) }],
        closing: "It has left your list. If you didn't offer it, tell your operator.",
        links: [{ label: "See your devices", url }],
      };
  }
}
