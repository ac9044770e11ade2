"use client";

import { useId, useState } from "react";
import { accountApi } from "@/app/_client/account-api";
import { toApiError, type ApiError } from "@/app/_client/api-error";
import { languageChoices, timeZoneChoices } from "@/app/_client/profile-choices";
import { Button } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { useHydrated } from "@/lib/ui/clock";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { Notice } from "@/lib/ui/notice";
import { Select } from "@/lib/ui/select";
import { useToast } from "@/lib/ui/toast";
import type { AccountView } from "@/lib/usecases/views";

/** Name, language and time zone: nothing that opens anything, so nothing to prove. */
export function ProfileCard({ account }: { account: AccountView }) {
  const [saved, setSaved] = useState(account);
  const [name, setName] = useState(account.name);
  const [locale, setLocale] = useState(account.locale);
  const [timeZone, setTimeZone] = useState(account.timeZone);
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const toast = useToast();
  const id = useId();
  const here = useHydrated() ? new Intl.DateTimeFormat().resolvedOptions().timeZone : timeZone;
  const changed = name !== saved.name || locale !== saved.locale || timeZone !== saved.timeZone;

  async function save() {
    setPending(true);
    setError(null);
    try {
      const after = await accountApi.updateProfile({ name, locale, timeZone });
      setSaved(after);
      setName(after.name);
      setLocale(after.locale);
      setTimeZone(after.timeZone);
      toast({ tone: "good", title: "Saved" });
    } catch (problem) {
      setError(toApiError(problem));
    } finally {
      setPending(false);
    }
  }

  const errorOf = (field: string) => (error?.facts.field === field ? error.message : null);
  return (
    <Card aria-labelledby="profile">
      <CardHeader title="Profile" titleId="profile" description="How this portal speaks to you." />
      <form
        noValidate
        className="grid gap-5 px-4 py-5 sm:px-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (!pending) void save();
        }}
      >
        {error && error.facts.field === undefined && (
          <Notice tone="bad" role="alert">
            {error.message}
          </Notice>
        )}
        <Field id={`${id}-name`} label="Name" error={errorOf("name")} hint="Shown beside your address.">
          {(ids) => <Input {...ids} autoComplete="name" value={name} onChange={(event) => setName(event.currentTarget.value)} />}
        </Field>
        <div className="grid items-start gap-5 sm:grid-cols-2">
          <Field id={`${id}-locale`} label="Language" error={errorOf("locale")} hint="Pages and mails are in English so far. Yours is kept for the day it is here.">
            {(ids) => (
              <Select {...ids} value={locale} onChange={(event) => setLocale(event.currentTarget.value)}>
                {languageChoices(locale).map(({ value, label }) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field
            id={`${id}-zone`}
            label="Time zone"
            error={errorOf("timeZone")}
            hint="Pages follow your browser; mails are in UTC so far."
            aside={
              here !== timeZone && (
                <button type="button" className="thumb rounded-sm text-sm font-medium text-accent hover:underline" onClick={() => setTimeZone(here)}>
                  Use this browser’s
                </button>
              )
            }
          >
            {(ids) => (
              <Select {...ids} value={timeZone} onChange={(event) => setTimeZone(event.currentTarget.value)}>
                {timeZoneChoices(timeZone).map(({ value, label }) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <div className="flex justify-end">
          <Button type="submit" tone="primary" pending={pending} disabled={!pending && !changed}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  );
}
