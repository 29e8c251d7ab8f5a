/** A node of somebody else that takes the callback of its close and never calls it. */
module.exports = (RED) => {
  function NeverCloses(config) {
    RED.nodes.createNode(this, config);
    this.on('close', (_removed, _done) => undefined);
  }
  RED.nodes.registerType('rig-never-closes', NeverCloses);
};
