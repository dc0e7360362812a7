import { ArrayMaxSize, IsArray, IsInt, IsString, Matches, Max, MaxLength, Min } from 'class-validator'
import { applyDecorators } from '../decorators.js'
import { LIMITS } from '../limits.js'
import type { Member } from '../member.js'

/*
 * A member as one string, its id and its address: a list of such strings is checked without classes within classes.
 */
const MEMBER = /^([0-9a-f]{32})@([^\s/]+:\d{1,5})$/

export const encodeMember = ({ id, address }: Member): string => `${id}@${address}`

/** The member that a checked string stands for. */
export function decodeMember(text: string): Member {
  const [, id = '', address = ''] = MEMBER.exec(text) ?? []
  return { id, address }
}

export const IsMember = (): PropertyDecorator => applyDecorators(IsString(), MaxLength(300), Matches(MEMBER))

export const AreMembers = (): PropertyDecorator =>
  applyDecorators(
    IsArray(),
    ArrayMaxSize(LIMITS.members),
    IsString({ each: true }),
    MaxLength(300, { each: true }),
    Matches(MEMBER, { each: true }),
  )

const DAY_MS = 24 * 60 * 60 * 1000

/** How long something may take, in milliseconds. */
export const IsTimeout = (): PropertyDecorator => applyDecorators(IsInt(), Min(1), Max(DAY_MS))
