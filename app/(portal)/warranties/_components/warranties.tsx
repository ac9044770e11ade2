"use client";

import { useState } from "react";
import { ShieldQuestion } from "lucide-react";
import { toApiError } from "@/app/_client/api-error";
import { warrantyApi } from "@/app/_client/warranty-api";
import { Card, CardHeader } from "@/lib/ui/card";
import { EmptyState } from "@/lib/ui/empty-state";
import { useToast } from "@/lib/ui/toast";
import type { WarrantiesView } from "@/lib/usecases/warranty-views";
import { Device } from "./device";
import { Offers } from "./offers";
import { RegisterForm } from "./register-form";

/** A person's devices: registered by serial number, offered by others, handed on to others. */
export function Warranties({ initial }: { initial: WarrantiesView }) {
  const [{ items, offers }, setView] = useState(initial);
  const toast = useToast();

  async function refresh() {
    try {
      setView(await warrantyApi.list());
    } catch (problem) {
      toast({ tone: "bad", title: "Your devices couldn’t be read", description: toApiError(problem).message });
    }
  }

  return (
    <div className="grid gap-6">
      {offers.length > 0 && <Offers offers={offers} onAnswered={refresh} />}
      <Card aria-labelledby="devices">
        <CardHeader title="Devices" titleId="devices" description="You get a mail 60 and 14 days before a warranty ends." />
        {items.length === 0 ? (
          <EmptyState icon={<ShieldQuestion strokeWidth={1.25} />} title="No device yet">
            Register one below with the serial number on its label.
          </EmptyState>
        ) : (
          <ul className="divide-y divide-line">
            {items.map((warranty) => (
              <Device key={warranty.id} warranty={warranty} onChanged={refresh} />
            ))}
          </ul>
        )}
      </Card>
      <RegisterForm onRegistered={refresh} />
    </div>
  );
}
