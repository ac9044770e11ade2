/** Languages and time zones to choose from; what a person has already is always among them. */

const LANGUAGES: Record<string, string> = {
  en: "English",
  "en-GB": "English (United Kingdom)",
  "en-US": "English (United States)",
  cs: "Čeština",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
  it: "Italiano",
  ja: "日本語",
  nl: "Nederlands",
  pl: "Polski",
  "pt-BR": "Português (Brasil)",
  sv: "Svenska",
  "zh-CN": "简体中文",
};

export interface Choice {
  value: string;
  label: string;
}

export function languageChoices(current: string): Choice[] {
  const known = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }));
  return Object.hasOwn(LANGUAGES, current) ? known : [{ value: current, label: current }, ...known];
}

/** "America/New_York" as "America / New York". */
export function timeZoneChoices(current: string, all: readonly string[] = Intl.supportedValuesOf("timeZone")): Choice[] {
  return [...new Set(["UTC", current, ...all])].toSorted((a, b) => (a === "UTC" ? -1 : b === "UTC" ? 1 : a < b ? -1 : 1)).map((value) => ({ value, label: value.replaceAll("_", " ").replaceAll("/", " / ") }));
}
