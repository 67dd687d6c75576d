import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;

/** Sends to a topic until `count` sends are over or three have failed, and prints what its developer would see. Arguments: NameServer or -, topic, count. */
public class Client {
    public static void main(String[] args) throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer("provoke");
        if (!args[0].equals("-")) producer.setNamesrvAddr(args[0]);
        producer.setRetryTimesWhenSendFailed(0);
        producer.start();
        int failures = 0;
        for (int i = 0; i < Integer.parseInt(args[2]) && failures < 3; i++) {
            try {
                SendResult result = producer.send(new Message(args[1], ("message " + i).getBytes()));
                System.out.println(result);
            } catch (Exception e) {
                failures++;
                e.printStackTrace();
            }
            Thread.sleep(100);
        }
        System.exit(failures > 0 ? 1 : 0);
    }
}
