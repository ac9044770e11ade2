"use client";

import { useRef } from "react";
import { Search, X } from "lucide-react";
import { cx } from "./cx";
import { Input } from "./input";
import { Spinner } from "./spinner";

interface SearchInputProps {
  label: string;
  placeholder: string;
  value: string;
  onValueChange: (value: string) => void;
  pending?: boolean;
  autoFocus?: boolean;
  className?: string;
}

/** A search field; Escape or the cross empties it. */
export function SearchInput({ label, placeholder, value, onValueChange, pending = false, autoFocus, className }: SearchInputProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div role="search" className={cx("relative", className)}>
      <span aria-hidden="true" className="pointer-events-none absolute inset-y-0 left-3 flex items-center text-faint">
        {pending ? <Spinner /> : <Search className="size-4" />}
      </span>
      <Input
        ref={input}
        type="text"
        inputMode="search"
        enterKeyHint="search"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={autoFocus}
        aria-label={label}
        placeholder={placeholder}
        value={value}
        onChange={(event) => onValueChange(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && value !== "") onValueChange("");
        }}
        className="pr-9 pl-9 sm:h-9"
      />
      {value !== "" && (
        <button
          type="button"
          aria-label="Clear the search"
          onClick={() => {
            onValueChange("");
            input.current?.focus();
          }}
          className="thumb absolute! inset-y-1.5 right-1.5 flex w-7 items-center justify-center rounded-sm text-faint hover:bg-hover hover:text-ink"
        >
          <X aria-hidden="true" className="size-4" />
        </button>
      )}
    </div>
  );
}
