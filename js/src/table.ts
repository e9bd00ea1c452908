// The inspector.

export default { render() {} };
