/** How many queues an automatically created topic gets at most: what the template topic TBW102 has. */
const TEMPLATE_QUEUES = 8;

/** A broker's topics, by name, as TopicConfig writes them. */
export class TopicTable {
  #topics = new Map();
  #canCreate;
  /** Called after each change, once the broker is wired. */
  onChange = async () => {};

  constructor({ brokerName, brokerClusterName, autoCreateTopicEnable }) {
    this.#canCreate = autoCreateTopicEnable === 'true';
    this.#set({ topicName: brokerName, readQueueNums: 1, writeQueueNums: 1, perm: 7 });
    this.#set({ topicName: brokerClusterName, readQueueNums: 16, writeQueueNums: 16, perm: 7 });
    this.#set({ topicName: 'SELF_TEST_TOPIC', readQueueNums: 1, writeQueueNums: 1 });
    this.#set({ topicName: 'BenchmarkTest', readQueueNums: 1_024, writeQueueNums: 1_024 });
    if (this.#canCreate) this.#set({ topicName: 'TBW102', readQueueNums: TEMPLATE_QUEUES, writeQueueNums: TEMPLATE_QUEUES, perm: 7 });
  }

  #set(topic) {
    this.#topics.set(topic.topicName, { perm: 6, topicFilterType: 'SINGLE_TAG', topicSysFlag: 0, order: false, ...topic });
  }

  get(topicName) {
    return this.#topics.get(topicName);
  }

  async create(topic) {
    this.#set(topic);
    await this.onChange();
  }

  async remove(topicName) {
    this.#topics.delete(topicName);
    await this.onChange();
  }

  /** @returns the topic, made now where a send may make it, or undefined */
  async getOrCreate(topicName, queueNums) {
    if (!this.#topics.has(topicName) && this.#canCreate) {
      const queues = Math.min(queueNums, TEMPLATE_QUEUES);
      await this.create({ topicName, readQueueNums: queues, writeQueueNums: queues });
    }
    return this.get(topicName);
  }

  /** Takes over a master's table. */
  replace(table) {
    this.#topics = new Map(Object.entries(table));
  }

  toJSON() {
    return Object.fromEntries(this.#topics);
  }
}
