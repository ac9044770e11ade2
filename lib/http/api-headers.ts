/** What every answer of the API carries: it is data, for nobody to frame, guess at or run. */
export const API_HEADERS: readonly { key: string; value: string }[] = [
  { key: "content-security-policy", value: "default-src 'none'; frame-ancestors 'none'" },
  { key: "x-content-type-options", value: "nosniff" },
  { key: "referrer-policy", value: "same-origin" },
  { key: "cross-origin-opener-policy", value: "same-origin" },
];
