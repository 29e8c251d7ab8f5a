import suite from '../../../conformance/123smartbms_uart.ts';
import { agreesWithPublished } from '../../support/published-frames.ts';

describe('123\\SmartBMS vectors', () => {
  it('123-R19 decodes or refuses all of them as expected', function () {
    agreesWithPublished(this, suite, 26);
  });
});
