/** Two threads that wait for each other for ever: what a JVM says of it when it is asked for its threads. */
public class Deadlock {
    private static final Object FIRST = new Object();
    private static final Object SECOND = new Object();

    public static void main(String[] args) throws Exception {
        start("SendMessageThread_1", FIRST, SECOND);
        start("FlushRealTimeService", SECOND, FIRST);
        System.out.println("boot success.");
        Thread.sleep(60_000);
    }

    private static void start(String name, Object own, Object wanted) {
        Thread thread = new Thread(() -> {
            synchronized (own) {
                try {
                    Thread.sleep(500);
                } catch (InterruptedException e) {
                    return;
                }
                synchronized (wanted) {
                    System.out.println("never");
                }
            }
        }, name);
        thread.setDaemon(true);
        thread.start();
    }
}
