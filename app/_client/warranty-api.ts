/** The API for devices and their warranties. */
import type { StepUpView } from "@/lib/usecases/views";
import type { DeviceView, WarrantiesView, WarrantyImportView, WarrantyRecordsView } from "@/lib/usecases/warranty-views";
import { send } from "./api";
import type { Proof } from "./step-up";

const one = (warrantyId: string): string => `/api/v1/warranties/${encodeURIComponent(warrantyId)}`;
const OPERATORS = "/api/v1/operator/warranties";

export const warrantyApi = {
  list: () => send<WarrantiesView>("GET", "/api/v1/warranties"),

  register: (serial: string) => send<DeviceView>("POST", "/api/v1/warranties", { body: { serial } }),

  /** Asks for the proof that offering a device to somebody takes. */
  askTransfer: (warrantyId: string, email: string) => send<StepUpView>("POST", `${one(warrantyId)}/transfer/challenge`, { body: { email } }),

  offerTransfer: (warrantyId: string, email: string, proof: Proof) => send<void>("POST", `${one(warrantyId)}/transfer`, { body: { email, proof } }),

  withdrawTransfer: (warrantyId: string) => send<void>("DELETE", `${one(warrantyId)}/transfer`, { body: {} }),

  answerOffer: (offerId: string, answer: "accept" | "decline") => send<void>("POST", `/api/v1/warranties/offers/${encodeURIComponent(offerId)}/${answer}`, { body: {} }),

  proofPath: (warrantyId: string): string => `${one(warrantyId)}/proof`,

  records: (text: string, signal?: AbortSignal) => send<WarrantyRecordsView>("GET", text === "" ? OPERATORS : `${OPERATORS}?q=${encodeURIComponent(text)}`, { signal }),

  importList: (csv: string) => send<WarrantyImportView>("POST", OPERATORS, { body: { csv } }),
};
