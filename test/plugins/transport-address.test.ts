import { bindTo, formatAddress, isAllInterfaces, parseAddress } from '../../plugins/transport-socketio/address'

/** On every machine, also where there is no IPv6 to listen on. */
describe('an address', () => {
  test.each([
    ['127.0.0.1:10240', { host: '127.0.0.1', port: 10240 }],
    ['some-host.test:1', { host: 'some-host.test', port: 1 }],
    ['[::1]:10240', { host: '::1', port: 10240 }],
    ['[2001:db8::7]:65535', { host: '2001:db8::7', port: 65535 }],
    ['[::ffff:10.0.0.1]:0', { host: '::ffff:10.0.0.1', port: 0 }],
  ])('%s is taken apart and put together again', (text, address) => {
    expect(parseAddress(text)).toEqual(address)
    expect(formatAddress(address)).toBe(text)
  })

  test.each(['::1:10240', '[::1]', '[::1', '[]:1', '[zz]:1', 'host', 'a b:1', 'host:65536', 'host:x', ''])(
    '%j is none',
    text => expect(parseAddress(text)).toBeUndefined(),
  )

  test.each([
    [':0', true],
    ['0.0.0.0:0', true],
    ['[::]:0', true],
    ['[::1]:0', false],
  ])('%s: all interfaces: %p', (text, all) => {
    expect(isAllInterfaces(parseAddress(text)?.host ?? 'none')).toBe(all)
  })

  test('of loopback is bound without a secret, by either version, and no other', () => {
    expect(bindTo('[::1]:7', false)).toEqual({ host: '::1', port: 7 })
    expect(bindTo('127.9.9.9:7', false)).toEqual({ host: '127.9.9.9', port: 7 })
    for (const bind of ['[::]:7', '[2001:db8::7]:7', '0.0.0.0:7', '[::ffff:10.0.0.1]:7']) {
      expect(() => bindTo(bind, false)).toThrow('Without a secret only loopback is bound')
      expect(bindTo(bind, true)).toEqual(parseAddress(bind))
    }
  })
})
