package io.persistentmap.serializer;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.net.InetAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalAmount;
import java.time.temporal.TemporalField;
import java.time.temporal.TemporalUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Date;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A few arguments of each type: made anew for each call, since what is called may change them. */
@SuppressWarnings({
  "JdkObsolete",
  "JavaUtilDate",
  "NonApiType",
  "UnnecessaryStringBuilder"
}) // they are there to be passed
final class ArgumentPool {
  private static final Map<Class<?>, List<Supplier<@Nullable Object>>> POOL = new HashMap<>();

  static {
    values(int.class, 1, 0, 3, -1);
    values(long.class, 1L, 0L, -1L, 1_600_000_000_000L);
    values(double.class, 1.5, -0.0, Double.NaN);
    values(float.class, 0.75f, Float.NaN);
    values(boolean.class, true, false);
    values(char.class, 'a', '\ud800');
    values(byte.class, (byte) 1, (byte) -1);
    values(short.class, (short) 1);
    values(
        String.class,
        "a",
        "b",
        "",
        "\ud800",
        "a(?i)b|c",
        "de-DE-u-co-phonebk",
        "Europe/Berlin",
        "GMT+01:00",
        "urn:x:1",
        "//host_1/p%20q",
        "EUR",
        "UTF-16",
        "2020-02-03",
        "1.50");
    values(CharSequence.class, "a", "b");
    values(Comparable.class, "a");
    values(Object.class, "a", null, 1, TimeUnit.DAYS);
    values(Class.class, TimeUnit.class, Thread.State.class);
    values(Enum.class, TimeUnit.DAYS, TimeUnit.HOURS);
    values(Number.class, 1);
    values(Locale.class, Locale.GERMANY, Locale.ROOT);
    values(ZoneId.class, ZoneId.of("Europe/Berlin"), ZoneOffset.UTC);
    values(ZoneOffset.class, ZoneOffset.ofHours(2));
    values(Instant.class, Instant.EPOCH);
    values(LocalDate.class, LocalDate.of(2020, 10, 25));
    values(LocalTime.class, LocalTime.of(2, 30));
    values(LocalDateTime.class, LocalDateTime.of(2020, 10, 25, 2, 30));
    values(TemporalAccessor.class, LocalDateTime.of(2020, 10, 25, 2, 30));
    values(TemporalUnit.class, ChronoUnit.DAYS);
    values(TemporalField.class, ChronoField.DAY_OF_MONTH);
    values(TemporalAmount.class, Period.ofMonths(1), Duration.ofHours(1));
    values(BigInteger.class, BigInteger.TEN);
    values(BigDecimal.class, new BigDecimal("1.50"));
    values(MathContext.class, MathContext.DECIMAL32);
    values(Charset.class, StandardCharsets.UTF_8);
    values(ByteOrder.class, ByteOrder.LITTLE_ENDIAN);
    values(URI.class, URI.create("urn:x:1"), URI.create("http://h/a/b"));
    values(Path.class, Path.of("a", "b"));
    values(InetAddress.class, InetAddress.getLoopbackAddress());
    values(Comparator.class, null, Comparator.reverseOrder(), String.CASE_INSENSITIVE_ORDER);
    each(TimeZone.class, () -> TimeZone.getTimeZone("Europe/Berlin"));
    each(Date.class, () -> new Date(5), () -> new Date(Long.MIN_VALUE));
    each(Throwable.class, () -> new IllegalStateException("cause"), () -> null);
    each(ByteBuffer.class, () -> ByteBuffer.wrap(new byte[] {1, 2, 3}));
    each(StringBuilder.class, () -> new StringBuilder("ab"));
    each(StringBuffer.class, () -> new StringBuffer("ab"));
    each(Properties.class, ArgumentPool::properties);
    each(byte[].class, () -> new byte[] {127, 0, 0, 1}, () -> new byte[0], () -> new byte[16]);
    each(int[].class, () -> new int[] {1, 2}, () -> new int[0]);
    each(long[].class, () -> new long[] {5, 0}, () -> new long[0]);
    each(char[].class, () -> new char[] {'a'});
    each(double[].class, () -> new double[] {-0.0, Double.NaN});
    each(
        Object[].class,
        () -> new Object[] {"b", "a", "c"},
        () -> new Object[0],
        () -> new String[] {"a", null});
    addCollections();
  }

  private ArgumentPool() {}

  private static void addCollections() {
    List<Supplier<@Nullable Object>> lists =
        List.of(
            () -> new ArrayList<>(List.of("b", "a", "c")),
            () -> new ArrayList<>(Arrays.asList("a", null)),
            () -> List.of("b", "a", "c"),
            () -> List.of("b", "a", "c").stream().toList(),
            () -> new ArrayList<>());
    List<Supplier<@Nullable Object>> sets =
        List.of(
            () -> new LinkedHashSet<>(List.of("b", "a")),
            () -> Set.of("a"),
            () -> EnumSet.of(TimeUnit.DAYS, TimeUnit.HOURS),
            () -> new TreeSet<>(List.of("b", "a")));
    List<Supplier<@Nullable Object>> maps =
        List.of(
            ArgumentPool::map,
            () -> Map.of("a", 1),
            () -> new HashMap<>(),
            () -> new TreeMap<>(map()),
            () -> new LinkedHashMap<>(16, 0.75f, true));
    POOL.put(List.class, lists);
    POOL.put(Set.class, sets);
    POOL.put(Map.class, maps);
    List<Supplier<@Nullable Object>> any = new ArrayList<>(lists);
    any.addAll(sets);
    POOL.put(Collection.class, any);
    POOL.put(Iterable.class, lists);
    for (Class<?> type : List.of(SortedSet.class, NavigableSet.class, TreeSet.class)) {
      each(type, () -> new TreeSet<>(List.of("b", "a")), ArgumentPool::reversed);
    }
    for (Class<?> type : List.of(SortedMap.class, NavigableMap.class, TreeMap.class)) {
      each(type, () -> new TreeMap<>(map()));
    }
    for (Class<?> type : List.of(Deque.class, Queue.class)) {
      each(type, () -> new ArrayDeque<>(List.of("b", "a")));
    }
    each(EnumSet.class, () -> EnumSet.of(TimeUnit.DAYS), () -> EnumSet.noneOf(TimeUnit.class));
    each(ConcurrentHashMap.class, () -> new ConcurrentHashMap<>(map()));
    each(Map.Entry.class, () -> Map.entry("a", 1));
  }

  private static Map<String, Integer> map() {
    Map<String, Integer> map = new LinkedHashMap<>();
    map.put("b", 1);
    map.put("a", 2);
    return map;
  }

  private static TreeSet<String> reversed() {
    TreeSet<String> set = new TreeSet<>(Comparator.reverseOrder());
    set.addAll(List.of("b", "a"));
    return set;
  }

  private static Properties properties() {
    Properties properties = new Properties();
    properties.setProperty("a", "default");
    return properties;
  }

  private static void values(Class<?> type, @Nullable Object... values) {
    List<Supplier<@Nullable Object>> suppliers = new ArrayList<>();
    for (Object value : values) {
      suppliers.add(() -> value);
    }
    POOL.put(type, suppliers);
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // they are only read
  private static void each(Class<?> type, Supplier<@Nullable Object>... suppliers) {
    POOL.put(type, List.of(suppliers));
  }

  private static List<Supplier<@Nullable Object>> of(Class<?> type) {
    List<Supplier<@Nullable Object>> known = POOL.get(type);
    if (known == null && type.isEnum() && type != TimeUnit.class) { // which means waiting
      Object[] constants = type.getEnumConstants();
      return List.of(() -> constants[0], () -> constants[constants.length - 1]);
    }
    return known == null ? List.of() : known;
  }

  /**
   * Returns lists of arguments for parameters of some types, at most so many of them; none if there
   * is no argument for one of the types.
   */
  static List<List<Supplier<@Nullable Object>>> arguments(Class<?>[] types, int most) {
    long all = 1;
    for (Class<?> type : types) {
      all = Math.min(1_000_000, all * of(type).size());
    }
    List<List<Supplier<@Nullable Object>>> lists = new ArrayList<>();
    for (long i = 0; i < Math.min(all, most); i++) {
      long rest = all <= most ? i : i * (all - 1) / (most - 1); // the first, the last, and between
      List<Supplier<@Nullable Object>> list = new ArrayList<>();
      for (Class<?> type : types) {
        List<Supplier<@Nullable Object>> pool = of(type);
        list.add(pool.get((int) (rest % pool.size())));
        rest /= pool.size();
      }
      lists.add(list);
    }
    return lists;
  }
}
