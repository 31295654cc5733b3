package io.persistentmap.serializer;

import static io.persistentmap.serializer.Kind.alike;
import static io.persistentmap.serializer.Kind.behaves;
import static io.persistentmap.serializer.Kind.checked;
import static io.persistentmap.serializer.Kind.refused;
import static io.persistentmap.serializer.Kind.same;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.SimpleDateFormat;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.AbstractMap.SimpleEntry;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Currency;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Scanner;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The JDK's kinds of objects that are not collections. */
@SuppressWarnings({
  "JavaUtilDate",
  "JdkObsolete",
  "UnnecessaryStringBuilder"
}) // they are there to be stored
final class JdkKinds {
  private JdkKinds() {}

  static List<Kind> text() {
    return List.of(
        same("String", "a\u00e9\u20ac"),
        alike("StringBuilder", new StringBuilder("abc")),
        alike("StringBuffer", new StringBuffer("abc")),
        behaves(
            "Pattern",
            Pattern.compile("a+", Pattern.CASE_INSENSITIVE),
            pattern -> assertThat("xAAx").containsPattern(pattern)),
        same("Locale", Locale.GERMANY),
        same("Locale of a language tag", Locale.forLanguageTag("zh-Hant-TW-u-ca-roc")),
        same("Locale of a variant", new Locale("no", "NO", "NY")),
        same("Currency", Currency.getInstance("EUR")),
        same("Charset", StandardCharsets.UTF_16LE),
        refused("CharBuffer", CharBuffer.wrap("abc"), "stored form is known"),
        refused("SimpleDateFormat", new SimpleDateFormat("yyyy", Locale.ROOT), "stored form"),
        refused("Scanner", new Scanner("x"), "stored form is known"));
  }

  static List<Kind> numbers() {
    return List.of(
        same("boxed", List.of(true, (byte) 1, (short) 2, 3, 4L, 5f, 6d, 'c')),
        same("BigInteger", BigInteger.ONE.shiftLeft(99)),
        same("BigDecimal", new BigDecimal("1.00")),
        same("UUID", new UUID(1, 2)),
        alike("AtomicBoolean", new AtomicBoolean(true)),
        alike("AtomicInteger", new AtomicInteger(5)),
        alike("AtomicLong", new AtomicLong(6)),
        alike("AtomicIntegerArray", new AtomicIntegerArray(new int[] {1, 2})),
        alike("AtomicLongArray", new AtomicLongArray(new long[] {1, 2})),
        alike("AtomicReference", new AtomicReference<>("r")),
        alike("AtomicReferenceArray", new AtomicReferenceArray<>(new String[] {"a", null})),
        alike("LongAdder", adder()),
        alike("DoubleAdder", doubleAdder()),
        refused("LongAccumulator", new LongAccumulator(Long::max, 0), "stored form is known"),
        same("BitSet", BitSet.valueOf(new long[] {5, 0, 1})),
        same("OptionalInt", OptionalInt.of(1)),
        same("OptionalInt empty", OptionalInt.empty()),
        same("OptionalLong", OptionalLong.of(1)),
        same("OptionalDouble", OptionalDouble.of(1)),
        same("Optional", Optional.of("x")),
        same("Optional empty", Optional.empty()),
        refused("Random", new Random(1), "stored form is known"));
  }

  private static LongAdder adder() {
    LongAdder adder = new LongAdder();
    adder.add(7);
    return adder;
  }

  private static DoubleAdder doubleAdder() {
    DoubleAdder adder = new DoubleAdder();
    adder.add(7.5);
    return adder;
  }

  static List<Kind> times() {
    GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone("Asia/Tokyo"));
    calendar.setTimeInMillis(1);
    calendar.setFirstDayOfWeek(Calendar.WEDNESDAY);
    calendar.setLenient(false);
    ZonedDateTime overlap =
        ZonedDateTime.of(2024, 10, 27, 2, 30, 0, 0, ZoneId.of("Europe/Berlin"))
            .withLaterOffsetAtOverlap();
    return List.of(
        same("LocalDate", LocalDate.of(2024, 2, 29)),
        same("LocalTime", LocalTime.MAX),
        same("LocalDateTime", LocalDateTime.MIN),
        same("Instant", Instant.ofEpochSecond(-1, 5)),
        same("Duration", Duration.ofNanos(-1)),
        same("Period", Period.of(1, -2, 3)),
        same("Year", Year.of(2024)),
        same("YearMonth", YearMonth.of(2024, 2)),
        same("MonthDay", MonthDay.of(2, 29)),
        same("ZoneOffset", ZoneOffset.ofHours(-3)),
        same("ZoneId", ZoneId.of("America/New_York")),
        same("ZoneId of an offset", ZoneId.of("UTC+02:00")),
        same("ZonedDateTime", overlap),
        same("OffsetDateTime", OffsetDateTime.MAX),
        same("OffsetTime", OffsetTime.MIN),
        same("Date", new Date(3)),
        same("java.sql.Date", new java.sql.Date(3)),
        same("java.sql.Time", new java.sql.Time(3)),
        same("Timestamp", java.sql.Timestamp.valueOf("2024-02-29 01:02:03.123456789")),
        same("GregorianCalendar", calendar),
        same("TimeZone", TimeZone.getTimeZone("Europe/Berlin")),
        same("TimeZone of an offset", TimeZone.getTimeZone("GMT+5")),
        refused("TimeZone that was changed", changedZone(), "not those that its name stands for"));
  }

  private static TimeZone changedZone() {
    TimeZone zone = (TimeZone) TimeZone.getTimeZone("Europe/Berlin").clone();
    zone.setRawOffset(1);
    return zone;
  }

  static List<Kind> addresses() throws IOException {
    InetAddress named = InetAddress.getByAddress("host.example", new byte[] {10, 0, 0, 1});
    return List.of(
        same("URI", URI.create("urn:x?y#z")),
        refused(
            "URI with a colon in its first part",
            URI.create("a/").relativize(URI.create("a/b:c")),
            "its text is that of another one"),
        refused("URL", URI.create("http://localhost/").toURL(), "stored form is known"),
        checked("InetAddress", named, JdkKinds::isSameAddress),
        same("InetAddress v6", InetAddress.getByAddress(new byte[16])),
        same("InetAddress v6 with scope", scoped()),
        same("InetSocketAddress", new InetSocketAddress(named, 80)),
        same("InetSocketAddress unresolved", InetSocketAddress.createUnresolved("x.example", 1)),
        same("File", new File("a/b")),
        same("Path", Path.of("a", "b")),
        checked("ByteBuffer", buffer(ByteBuffer.allocate(9)), JdkKinds::isSameBuffer),
        checked("ByteBuffer direct", buffer(ByteBuffer.allocateDirect(9)), JdkKinds::isSameBuffer),
        checked(
            "ByteBuffer read-only",
            buffer(ByteBuffer.allocate(9)).asReadOnlyBuffer(),
            JdkKinds::isSameBuffer));
  }

  private static InetAddress scoped() throws UnknownHostException {
    byte[] bytes = new byte[16];
    bytes[0] = (byte) 0xFE;
    bytes[1] = (byte) 0x80;
    return java.net.Inet6Address.getByAddress("six.example", bytes, 3);
  }

  private static void isSameAddress(Object written, Object read) {
    assertThat(read).isEqualTo(written).hasSameClassAs(written).hasToString(written.toString());
  }

  private static ByteBuffer buffer(ByteBuffer empty) {
    return empty.put((byte) 1).putInt(77).order(ByteOrder.LITTLE_ENDIAN).limit(7).position(1);
  }

  private static void isSameBuffer(Object written, Object read) {
    ByteBuffer before = (ByteBuffer) written;
    ByteBuffer after = (ByteBuffer) read;
    assertThat(after).isEqualTo(before).hasToString(before.toString());
    assertThat(after.order()).isEqualTo(before.order());
    assertThat(after.isReadOnly()).isEqualTo(before.isReadOnly());
    assertThat(after.isDirect()).isEqualTo(before.isDirect());
    assertThat(after.clear()).isEqualTo(before.duplicate().clear());
  }

  static List<Kind> others() {
    return List.of(
        same("enum of the JDK", TimeUnit.DAYS),
        same("enum with a body", RoundingMode.HALF_EVEN),
        same("Class", Map.Entry.class),
        same("Class of an array", int[][].class),
        behaves("Object", new Object(), read -> assertThat(read).isNotNull()),
        same("Map.entry", Map.entry("a", 1)),
        behaves("SimpleEntry", new SimpleEntry<>("a", 1), entry -> setsValue(entry)),
        same("SimpleImmutableEntry", new SimpleImmutableEntry<>("a", 1)),
        checked("Throwable", throwable(), JdkKinds::isSameThrowable),
        checked("Throwable without message", new NullPointerException(), JdkKinds::isSameThrowable),
        refused("Throwable with fields", new java.sql.SQLException("x", "42000"), "stored form"));
  }

  private static void setsValue(SimpleEntry<String, Integer> entry) {
    assertThat(entry).isEqualTo(Map.entry("a", 1));
    entry.setValue(2);
    assertThat(entry.getValue()).isEqualTo(2);
  }

  private static Throwable throwable() {
    Throwable cause = new IOException("why");
    IllegalStateException failure = new IllegalStateException("what", cause);
    failure.addSuppressed(new RuntimeException("also", failure)); // a cycle
    return failure;
  }

  static void isSameThrowable(Object written, Object read) {
    Throwable before = (Throwable) written;
    Throwable after = (Throwable) read;
    assertThat(after).hasSameClassAs(before).hasMessage(before.getMessage());
    assertThat(after.getStackTrace()).isEqualTo(before.getStackTrace());
    Throwable cause = before.getCause();
    if (cause != null) {
      isSameThrowable(cause, Objects.requireNonNull(after.getCause()));
    }
    assertThat(after.getSuppressed()).hasSameSizeAs(before.getSuppressed());
    for (Throwable suppressed : after.getSuppressed()) {
      assertThat(suppressed).hasMessage("also").cause().isSameAs(after);
    }
  }

  /** What belongs to the process. */
  static List<Kind> resources() {
    return List.of(
        refused("Thread", new Thread(), "add .serializer("),
        refused("Thread[]", new Thread[0], "add .serializer("),
        refused("Socket", new Socket(), "add .serializer("),
        refused("InputStream", new ByteArrayInputStream(new byte[1]), "add .serializer("),
        refused("ReentrantLock", new ReentrantLock(), "add .serializer("),
        refused("Semaphore", new Semaphore(1), "add .serializer("),
        refused("CompletableFuture", new CompletableFuture<>(), "add .serializer("),
        refused("ThreadLocal", new ThreadLocal<>(), "add .serializer("),
        refused("WeakReference", new WeakReference<>("x"), "add .serializer("),
        refused("Logger", Logger.getAnonymousLogger(), "add .serializer("),
        refused("ClassLoader", ClassLoader.getSystemClassLoader(), "add .serializer("),
        refused("IntStream", IntStream.empty(), "add .serializer("),
        refused("lambda", (Runnable) () -> {}, "use a class with a name"),
        refused(
            "anonymous class",
            new Object() {
              @Override
              public String toString() {
                return "anonymous";
              }
            },
            "use a class with a name"));
  }

  static void throwsUnsupported(Runnable change) {
    assertThatThrownBy(change::run).isInstanceOf(UnsupportedOperationException.class);
  }
}
