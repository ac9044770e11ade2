/** What pages and the REST API show of devices and their warranties; spelled as in views.ts. */

/** A device and its warranty. Days are calendar days in UTC, like "2027-03-01"; the last one is covered. */
export interface DeviceView {
  serial: string;
  model: string;
  startsOn: string;
  endsOn: string;
  state: "ahead" | "running" | "over";
  /** Days still covered, today included. */
  daysLeft: number;
  daysInAll: number;
}

export interface WarrantyView extends DeviceView {
  id: string;
  registeredAt: string;
  /** To whom it is offered; null: to nobody. */
  offer: { recipient: string; expiresAt: string } | null;
}

export interface WarrantyOfferView extends DeviceView {
  /** The offer's. */
  id: string;
  fromEmail: string;
  expiresAt: string;
}

export interface WarrantiesView {
  /** One's own, those that end first first. */
  items: WarrantyView[];
  /** By others, to one's address. */
  offers: WarrantyOfferView[];
}

/** What became of a list of devices. */
export interface WarrantyImportView {
  added: number;
  changed: number;
  unchanged: number;
}

/** A device, as operators see it. */
export interface WarrantyRecordView extends DeviceView {
  id: string;
  /** null: nobody has registered it. */
  ownerEmail: string | null;
}

export interface WarrantyRecordsView {
  items: WarrantyRecordView[];
  /** Of all records. */
  count: number;
}
