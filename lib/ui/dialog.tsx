"use client";

import type { ReactNode } from "react";
import { X } from "lucide-react";
import { Dialog as RadixDialog } from "radix-ui";
import { IconButton } from "./button";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** One sentence under the title. */
  description?: ReactNode;
  children: ReactNode;
  /** false while leaving would lose something: neither Escape nor the cross closes it. */
  closable?: boolean;
}

/**
 * Where the keyboard was last on the page itself. Noted all along: by the time that a dialog could look, what is inside it
 * has taken the focus.
 */
let lastOnPage: HTMLElement | null = null;
if (typeof document !== "undefined") {
  document.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLElement && !target.closest("[role=dialog], [role=alertdialog]")) lastOnPage = target;
  });
}

/**
 * Something to be done before going on with the page. On phones it is a sheet over the whole screen, so that the keyboard
 * never covers what is typed into. Focus goes back to where it was.
 */
export function Dialog({ open, onOpenChange, title, description, children, closable = true }: DialogProps) {
  return (
    <RadixDialog.Root open={open} onOpenChange={(next) => (next || closable) && onOpenChange(next)}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="fixed inset-0 z-40 animate-appear bg-[oklch(0.13_0.01_264/0.5)]" />
        <div className="pointer-events-none fixed inset-0 z-50 flex justify-center sm:items-center sm:p-6">
          <RadixDialog.Content
            {...(description ? {} : { "aria-describedby": undefined })}
            onCloseAutoFocus={(event) => {
              // Radix returns focus to its own trigger; what opens this dialog is not one. A dialog that follows keeps it.
              event.preventDefault();
              if (lastOnPage?.isConnected && !document.querySelector("[role=dialog][data-state=open]")) lastOnPage.focus();
            }}
            // A slip beside the dialog must not throw away what was typed.
            onPointerDownOutside={(event) => event.preventDefault()}
            className="pointer-events-auto flex h-full w-full animate-rise flex-col overflow-y-auto bg-surface px-5 pt-5 pb-8 focus:outline-none sm:h-auto sm:max-h-full sm:max-w-lg sm:rounded-xl sm:border sm:border-line sm:p-6 sm:shadow-modal"
          >
            <div className="flex items-start justify-between gap-4">
              <RadixDialog.Title className="min-w-0 text-xl font-semibold wrap-anywhere">{title}</RadixDialog.Title>
              {closable && (
                <RadixDialog.Close asChild>
                  <IconButton label="Close" className="-mt-1 -mr-2">
                    <X aria-hidden="true" className="size-4.5" />
                  </IconButton>
                </RadixDialog.Close>
              )}
            </div>
            {description && (
              <RadixDialog.Description asChild>
                <div className="mt-1.5 text-muted">{description}</div>
              </RadixDialog.Description>
            )}
            <div className="mt-5">{children}</div>
          </RadixDialog.Content>
        </div>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}
