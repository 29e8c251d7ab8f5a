/** What is answered to a device that asks for a password. */
import assert from 'node:assert/strict';
import { basicLogin, digestLogin } from '../../src/relays/http-login.ts';

describe('a login', () => {
  it('digest: the example of RFC 7616, 3.9.1, with SHA-256', () => {
    const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
    const login = digestLogin('Mufasa', 'Circle of Life', () => cnonce);
    assert.equal(login.header('/dir/index.html'), null, 'nobody has asked');
    assert.equal(
      login.challenged(
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, ' +
          'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
      ),
      true,
    );
    const header = login.header('/dir/index.html') ?? '';
    assert.match(header, /^Digest username="Mufasa", realm="http-auth@example\.org", /);
    assert.match(header, /response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"$/);
    assert.match(header, /nc=00000001,/);
    assert.match(login.header('/dir/index.html') ?? '', /nc=00000002,/);
  });

  it('digest: what is weaker, incomplete, or would break the header is not answered', () => {
    const sound = 'Digest qop="auth", realm="r", nonce="n", algorithm=SHA-256';
    assert.equal(digestLogin('admin', 'x').challenged(sound), true);
    for (const challenge of [
      '',
      'Basic realm="r"',
      sound.replace('SHA-256', 'MD5'),
      sound.replace(', algorithm=SHA-256', ''),
      sound.replace('"auth"', '"auth-int"'),
      sound.replace('nonce="n", ', ''),
      sound.replace('"r"', '"r\u00e4"'),
      sound.replace('"r"', '"a\\"b"'),
    ]) {
      const login = digestLogin('admin', 'x');
      assert.equal(login.challenged(challenge), false, challenge);
      assert.equal(login.header('/'), null);
    }
  });

  it('basic: sent only after the device has asked for it', () => {
    const login = basicLogin('admin', 's\u00e9same');
    assert.equal(login.header('/'), null);
    assert.equal(login.challenged('Digest realm="r"'), false);
    assert.equal(login.header('/'), null);
    assert.equal(login.challenged('Basic realm="r"'), true);
    assert.equal(login.header('/'), `Basic ${Buffer.from('admin:s\u00e9same').toString('base64')}`);
  });
});
