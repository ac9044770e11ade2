/** What went through a client, as the machine sees it. Every hour and day is there, those without traffic too; the last of each goes on. */
export interface TrafficView {
  /** The last 24 hours and the one that goes on; `at`: its start. */
  hours: TrafficPoint[];
  /** The last 30 days (UTC) and today. */
  days: TrafficPoint[];
}

export interface TrafficPoint {
  at: string;
  downloadedBytes: number;
  uploadedBytes: number;
}
