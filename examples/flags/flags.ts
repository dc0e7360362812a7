import { IsBoolean, IsString, MaxLength, MinLength } from 'class-validator'
// not from 'kayak', which needs Node: the page has this file, too
import { commands, fromClass, machine, type CommandOf, type Machine, type MachineHost } from 'kayak/client'

class Switch {
  @IsString() @MinLength(1) @MaxLength(60) declare readonly name: string
  @IsBoolean() declare readonly isOn: boolean
}

export const codec = commands({ switch: fromClass(Switch) })
export type Command = CommandOf<typeof codec>

export type Flags = Readonly<Record<string, boolean>>
export type FlagMachine = Machine<Flags, Command, undefined>

const initial: Flags = {}

/** On a member, or on a client: the same machine. */
export const flagsOn = (host: MachineHost<Command>): FlagMachine =>
  machine(host, {
    name: 'flags',
    initial,
    apply: (flags: Flags, { name, isOn }: Command) => (flags[name] === isOn ? flags : { ...flags, [name]: isOn }),
  })
