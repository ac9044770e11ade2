"use client";

import { useRef, type ReactNode } from "react";
import { AlertDialog as RadixAlertDialog } from "radix-ui";
import { Button } from "./button";

interface AlertDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** What will happen, in full. */
  children: ReactNode;
  cancelLabel: string;
  confirmLabel: string;
  confirmTone?: "danger" | "primary";
  onConfirm: () => void;
}

/**
 * A question that needs an answer before anything else. On phones it rises from the bottom, its buttons in reach of a
 * thumb. Focus starts on the safe answer, and goes back to where it was.
 */
export function AlertDialog(props: AlertDialogProps) {
  const { open, onOpenChange, title, children, cancelLabel, confirmLabel, confirmTone = "danger", onConfirm } = props;
  const opener = useRef<Element | null>(null);
  return (
    <RadixAlertDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixAlertDialog.Portal>
        <RadixAlertDialog.Overlay className="fixed inset-0 z-40 animate-appear bg-[oklch(0.13_0.01_264/0.5)]" />
        <div className="pointer-events-none fixed inset-0 z-50 flex items-end justify-center p-3 sm:items-center sm:p-6">
          <RadixAlertDialog.Content
            onOpenAutoFocus={() => {
              opener.current = document.activeElement;
            }}
            onCloseAutoFocus={(event) => {
              // Radix returns focus to its own trigger; what opens this dialog is not one.
              event.preventDefault();
              if (opener.current instanceof HTMLElement && opener.current.isConnected) opener.current.focus();
            }}
            className="pointer-events-auto max-h-full w-full max-w-md animate-rise overflow-y-auto rounded-xl border border-line bg-surface p-5 shadow-modal focus:outline-none sm:p-6"
          >
            <RadixAlertDialog.Title className="text-xl font-semibold">{title}</RadixAlertDialog.Title>
            <RadixAlertDialog.Description asChild>
              <div className="mt-2 grid gap-2 text-muted">{children}</div>
            </RadixAlertDialog.Description>
            <div className="mt-6 grid gap-2 sm:flex sm:flex-row-reverse">
              <RadixAlertDialog.Action asChild onClick={onConfirm}>
                <Button tone={confirmTone} className="h-11 sm:h-9">
                  {confirmLabel}
                </Button>
              </RadixAlertDialog.Action>
              <RadixAlertDialog.Cancel asChild>
                <Button tone="secondary" className="h-11 sm:h-9">
                  {cancelLabel}
                </Button>
              </RadixAlertDialog.Cancel>
            </div>
          </RadixAlertDialog.Content>
        </div>
      </RadixAlertDialog.Portal>
    </RadixAlertDialog.Root>
  );
}
