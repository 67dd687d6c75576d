import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes the configuration keys of the RocketMQ release on the class path to the file named by the only argument:
 * object, key, type and default, tab-separated, one key a line. The default is left out where it is null, or is a name or an address of this host.
 * A key is what MixAll.properties2Object accepts: a setter whose first parameter is a number, a boolean or a String.
 * ProxyConfig is read from JSON instead, so that each of its setters is a key.
 */
public class GenerateKeys {
    private static final List<String> CLASSES = Arrays.asList(
        "org.apache.rocketmq.common.BrokerConfig",
        "org.apache.rocketmq.remoting.netty.NettyServerConfig",
        "org.apache.rocketmq.remoting.netty.NettyClientConfig",
        "org.apache.rocketmq.store.config.MessageStoreConfig",
        "org.apache.rocketmq.auth.config.AuthConfig",
        "org.apache.rocketmq.common.namesrv.NamesrvConfig",
        "org.apache.rocketmq.common.ControllerConfig",
        "org.apache.rocketmq.common.JraftConfig",
        "org.apache.rocketmq.container.BrokerContainerConfig",
        "org.apache.rocketmq.proxy.config.ProxyConfig");

    private static final Map<String, String> PLAIN_TYPES = Map.of(
        "Integer", "int", "Long", "long", "Double", "double", "Boolean", "boolean", "Float", "float");

    private static final Set<String> SIMPLE_TYPES = Set.of("int", "long", "double", "boolean", "float", "String");

    public static void main(String[] args) throws Exception {
        List<String> lines = new ArrayList<>();
        Set<String> hostNames = hostNames();
        for (String name : CLASSES) {
            Class<?> type;
            try {
                type = Class.forName(name);
            } catch (ClassNotFoundException notInThisRelease) {
                continue;
            }
            Object config = type.getDeclaredConstructor().newInstance();
            for (Map.Entry<String, String> key : keys(type).entrySet()) {
                Object value = defaultOf(config, key.getKey());
                String text = value == null || hostNames.contains(value.toString()) ? "" : "\t" + value;
                lines.add(type.getSimpleName() + "\t" + key.getKey() + "\t" + key.getValue() + text);
            }
        }
        // Loggers of the release write to stdout.
        Files.write(Paths.get(args[0]), lines);
    }

    private static Map<String, String> keys(Class<?> type) {
        boolean fromJson = type.getSimpleName().equals("ProxyConfig");
        Map<String, Map<String, Class<?>>> overloads = new TreeMap<>();
        for (Method method : type.getMethods()) {
            if (method.getName().matches("set.+") && method.getParameterCount() == 1) {
                Class<?> parameter = method.getParameterTypes()[0];
                String key = method.getName().substring(3, 4).toLowerCase() + method.getName().substring(4);
                overloads.computeIfAbsent(key, none -> new TreeMap<>()).put(typeName(parameter), parameter);
            }
        }
        Map<String, String> keys = new TreeMap<>();
        overloads.forEach((key, types) -> {
            String simple = types.keySet().stream().filter(SIMPLE_TYPES::contains).reduce((one, other) -> "String").orElse(null);
            if (simple == null && !fromJson) {
                return;
            }
            // An enum beside its String setter says which words are understood; a number beside it is understood too.
            String words = types.values().stream().filter(Class::isEnum).map(GenerateKeys::constants).findFirst().orElse(simple == null ? "json" : simple);
            keys.put(key, types.size() <= 2 && (simple == null || simple.equals("String")) ? words : simple);
        });
        return keys;
    }

    private static String typeName(Class<?> type) {
        return PLAIN_TYPES.getOrDefault(type.getSimpleName(), type.getSimpleName());
    }

    private static String constants(Class<?> type) {
        return Arrays.stream(type.getEnumConstants()).map(Object::toString).collect(Collectors.joining("|"));
    }

    private static Object defaultOf(Object config, String key) throws Exception {
        for (String prefix : Arrays.asList("get", "is")) {
            for (String name : Arrays.asList(key, key.substring(0, 1).toUpperCase() + key.substring(1))) {
                try {
                    return config.getClass().getMethod(prefix + name).invoke(config);
                } catch (NoSuchMethodException tryTheNext) {
                    continue;
                }
            }
        }
        for (Class<?> type = config.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(key)) {
                    field.setAccessible(true);
                    return field.get(config);
                }
            }
        }
        return null;
    }

    private static Set<String> hostNames() throws Exception {
        List<InetAddress> addresses = new ArrayList<>();
        addresses.add(InetAddress.getLocalHost());
        for (NetworkInterface card : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            addresses.addAll(Collections.list(card.getInetAddresses()));
        }
        Set<String> names = new HashSet<>();
        for (InetAddress address : addresses) {
            names.add(address.getHostAddress());
            names.add(address.getHostName());
        }
        return names;
    }
}
