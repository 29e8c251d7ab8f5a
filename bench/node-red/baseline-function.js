// The baseline flow: one function node that does minimum, maximum and hysteresis of the same frame. No more, no less.
const b = msg.payload;
const min = (b[12] * 256 + b[13]) / 200;
const max = (b[15] * 256 + b[16]) / 200;
let charge = context.get('charge');
let load = context.get('load');
if (charge === undefined) charge = true;
if (load === undefined) load = true;
if (max >= 3.65) charge = false;
else if (max < 3.45) charge = true;
if (min <= 2.8) load = false;
else if (min > 3.2) load = true;
context.set('charge', charge);
context.set('load', load);
return { topic: 'house/charge', payload: charge, load };
