"use client";

import { useId, useState } from "react";
import { toApiError } from "@/app/_client/api-error";
import { warrantyApi } from "@/app/_client/warranty-api";
import { Button } from "@/lib/ui/button";
import { Card, CardHeader } from "@/lib/ui/card";
import { Field } from "@/lib/ui/field";
import { Input } from "@/lib/ui/input";
import { formatCalendarDay } from "@/lib/ui/time";
import { useToast } from "@/lib/ui/toast";

export function RegisterForm({ onRegistered }: { onRegistered: () => Promise<void> }) {
  const id = useId();
  const [serial, setSerial] = useState("");
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const toast = useToast();

  async function register() {
    setPending(true);
    setError(null);
    try {
      const device = await warrantyApi.register(serial);
      setSerial("");
      await onRegistered();
      toast({ tone: "good", title: `${device.model} is registered`, description: device.state === "over" ? `Its warranty ended on ${formatCalendarDay(device.endsOn)}.` : `It is covered until ${formatCalendarDay(device.endsOn)}.` });
    } catch (problem) {
      setError(toApiError(problem).message);
    } finally {
      setPending(false);
    }
  }

  return (
    <Card aria-labelledby="register">
      <CardHeader title="Register a device" titleId="register" />
      <form
        noValidate
        className="flex flex-col gap-4 px-4 py-5 sm:px-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (!pending) void register();
        }}
      >
        <Field id={id} label="Serial number" error={error} hint="On the label of the device, and on its delivery note. Capitals and spaces don’t matter.">
          {(ids) => (
            <Input
              {...ids}
              className="code-text"
              autoComplete="off"
              autoCapitalize="characters"
              spellCheck={false}
              value={serial}
              onChange={(event) => {
                setSerial(event.currentTarget.value);
                setError(null);
              }}
            />
          )}
        </Field>
        <Button type="submit" tone="primary" className="self-end" pending={pending} disabled={!pending && serial.trim() === ""}>
          {pending ? "Registering…" : "Register"}
        </Button>
      </form>
    </Card>
  );
}
