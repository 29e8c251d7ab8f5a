/** A source and a sink for the bench: the same for both flows. */
module.exports = function (RED) {
  RED.nodes.registerType('bench-source', function (config) {
    RED.nodes.createNode(this, config);
    globalThis.cellwardenBench?.source(this, config.name);
  });
  RED.nodes.registerType('bench-sink', function (config) {
    RED.nodes.createNode(this, config);
    this.on('input', (message, _send, done) => {
      globalThis.cellwardenBench?.sink(config.name, message);
      done();
    });
  });
};
