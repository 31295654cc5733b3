package io.persistentmap.serializer;

import io.persistentmap.serializer.JdkTypes.Table;
import io.persistentmap.serializer.ValuesForm.Values;
import java.io.File;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.AbstractMap.SimpleEntry;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.BitSet;
import java.util.Currency;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The JDK's classes of single values, apart from times. */
final class JdkValues {
  /** In place of the number 0 of an address's scope, which stands for none. */
  private static final int SCOPE_0 = -1;

  private JdkValues() {}

  static void addTo(Table table) {
    addText(table);
    addNumbers(table);
    addOptionals(table);
    addAddresses(table);
    addFiles(table);
    addEntries(table);
    table.values(Object.class, 0, any -> parts(), none -> new Object());
    table.values(
        StackTraceElement.class,
        7,
        e ->
            parts(
                e.getClassLoaderName(),
                e.getModuleName(),
                e.getModuleVersion(),
                e.getClassName(),
                e.getMethodName(),
                e.getFileName(),
                e.getLineNumber()),
        v ->
            new StackTraceElement(
                text(v, 0), text(v, 1), text(v, 2), v.text(3), v.text(4), text(v, 5), v.number(6)));
  }

  /** Names a few values. */
  static @Nullable Object[] parts(@Nullable Object... values) {
    return values;
  }

  private static @Nullable String text(Values values, int index) {
    return values.orNull(index) == null ? null : values.text(index);
  }

  private static void addText(Table table) {
    table.values(
        StringBuilder.class, 1, b -> parts(b.toString()), v -> new StringBuilder(v.text(0)));
    addStringBuffer(table);
    table.values(
        Pattern.class,
        2,
        p -> parts(p.pattern(), SerialForm.firstNumberIn(p)), // flags() has those in the text, too
        v -> Pattern.compile(v.text(0), v.number(1)));
    table.values(
        Currency.class, 1, c -> parts(c.getCurrencyCode()), v -> Currency.getInstance(v.text(0)));
    table.values(Locale.class, 4, JdkValues::valuesOf, JdkValues::locale);
    table.values(Charset.class, 1, c -> parts(c.name()), v -> Charset.forName(v.text(0)));
    table.family(Charset.class);
  }

  @SuppressWarnings("JdkObsolete") // it is there to be stored
  private static void addStringBuffer(Table table) {
    table.values(StringBuffer.class, 1, b -> parts(b.toString()), v -> new StringBuffer(v.text(0)));
  }

  private static @Nullable Object[] valuesOf(Locale locale) {
    Locale plain = plainLocale(locale.getLanguage(), locale.getCountry(), locale.getVariant());
    if (plain.equals(locale)) {
      return parts(locale.getLanguage(), locale.getCountry(), locale.getVariant(), null);
    }
    String tag = locale.toLanguageTag();
    if (!Locale.forLanguageTag(tag).equals(locale)) {
      throw Refusal.of(Locale.class, "no language tag says all that is in " + locale);
    }
    return parts("", "", "", tag);
  }

  @SuppressWarnings("deprecation") // Locale.of is of Java 19
  private static Locale plainLocale(String language, String country, String variant) {
    return new Locale(language, country, variant);
  }

  private static Locale locale(Values v) {
    return v.orNull(3) == null
        ? plainLocale(v.text(0), v.text(1), v.text(2))
        : Locale.forLanguageTag(v.text(3));
  }

  private static void addNumbers(Table table) {
    table.values(AtomicBoolean.class, 1, a -> parts(a.get()), v -> new AtomicBoolean(v.flag(0)));
    table.values(AtomicInteger.class, 1, a -> parts(a.get()), v -> new AtomicInteger(v.number(0)));
    table.values(AtomicLong.class, 1, a -> parts(a.get()), v -> new AtomicLong(v.big(0)));
    table.values(LongAdder.class, 1, a -> parts(a.sum()), v -> added(new LongAdder(), v.big(0)));
    table.values(
        DoubleAdder.class,
        1,
        a -> parts(a.sum()),
        v -> added(new DoubleAdder(), v.get(0, Double.class)));
    table.values(
        BitSet.class, 1, b -> parts(b.toLongArray()), v -> BitSet.valueOf(v.get(0, long[].class)));
    table.values(
        AtomicIntegerArray.class,
        1,
        a -> parts(ints(a)),
        v -> new AtomicIntegerArray(v.get(0, int[].class)));
    table.values(
        AtomicLongArray.class,
        1,
        a -> parts(longs(a)),
        v -> new AtomicLongArray(v.get(0, long[].class)));
    table.<AtomicReferenceArray<Object>>values(
        AtomicReferenceArray.class.getName(),
        1,
        a -> parts((Object) objects(a)),
        v -> new AtomicReferenceArray<>(v.get(0, Object[].class)),
        AtomicReferenceArray.class);
    table.form(AtomicReference.class, Schema.Kind.HOLDER, 1, new ReferenceForm());
  }

  private static LongAdder added(LongAdder adder, long sum) {
    adder.add(sum);
    return adder;
  }

  private static DoubleAdder added(DoubleAdder adder, double sum) {
    adder.add(sum);
    return adder;
  }

  private static int[] ints(AtomicIntegerArray array) {
    int[] ints = new int[array.length()];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = array.get(i);
    }
    return ints;
  }

  private static long[] longs(AtomicLongArray array) {
    long[] longs = new long[array.length()];
    for (int i = 0; i < longs.length; i++) {
      longs[i] = array.get(i);
    }
    return longs;
  }

  private static @Nullable Object[] objects(AtomicReferenceArray<?> array) {
    @Nullable Object[] objects = new @Nullable Object[array.length()];
    for (int i = 0; i < objects.length; i++) {
      objects[i] = array.get(i);
    }
    return objects;
  }

  private static void addOptionals(Table table) {
    table.<Optional<Object>>values(
        Optional.class.getName(),
        1,
        o -> parts(o.orElse(null)),
        v -> Optional.ofNullable(v.orNull(0)),
        Optional.class);
    table.values(
        OptionalInt.class,
        1,
        o -> parts(o.isPresent() ? o.getAsInt() : null),
        v -> v.orNull(0) == null ? OptionalInt.empty() : OptionalInt.of(v.number(0)));
    table.values(
        OptionalLong.class,
        1,
        o -> parts(o.isPresent() ? o.getAsLong() : null),
        v -> v.orNull(0) == null ? OptionalLong.empty() : OptionalLong.of(v.big(0)));
    table.values(
        OptionalDouble.class,
        1,
        o -> parts(o.isPresent() ? o.getAsDouble() : null),
        v ->
            v.orNull(0) == null
                ? OptionalDouble.empty()
                : OptionalDouble.of(v.get(0, Double.class)));
  }

  /** No name is looked up, neither when an address is written nor when it is read. */
  private static void addAddresses(Table table) {
    table.values(URI.class, 1, JdkValues::valuesOf, v -> URI.create(v.text(0)));
    table.values(
        Inet4Address.class,
        2,
        a -> parts(hostName(a), a.getAddress()),
        v -> (Inet4Address) address(text(v, 0), v.get(1, byte[].class)));
    table.values(Inet6Address.class, 3, JdkValues::valuesOf, JdkValues::inet6);
    table.values(
        InetSocketAddress.class,
        3,
        a -> parts(a.getAddress(), a.isUnresolved() ? a.getHostString() : null, a.getPort()),
        v ->
            v.orNull(0) == null
                ? InetSocketAddress.createUnresolved(v.text(1), v.number(2))
                : new InetSocketAddress(v.get(0, InetAddress.class), v.number(2)));
  }

  /** What relativize() and resolve() return need not be what its text says. */
  private static @Nullable Object[] valuesOf(URI uri) {
    String text = uri.toString();
    boolean same;
    try {
      same = new URI(text).equals(uri);
    } catch (URISyntaxException differs) {
      same = false;
    }
    if (!same) {
      throw Refusal.of(URI.class, "its text is that of another one: " + text);
    }
    return parts(text);
  }

  /** Returns the name that an address was made with, if any. */
  private static @Nullable String hostName(InetAddress address) {
    String text = address.toString();
    int slash = text.indexOf('/');
    return slash <= 0 ? null : text.substring(0, slash);
  }

  private static InetAddress address(@Nullable String host, byte[] bytes) {
    try {
      return InetAddress.getByAddress(host, bytes);
    } catch (UnknownHostException e) {
      throw new SerializationException(bytes.length + " bytes are no internet address", e);
    }
  }

  private static @Nullable Object[] valuesOf(Inet6Address address) {
    boolean scoped = address.getHostAddress().indexOf('%') >= 0;
    int scope = address.getScopeId();
    return parts(hostName(address), address.getAddress(), scoped && scope == 0 ? SCOPE_0 : scope);
  }

  private static Inet6Address inet6(Values v) {
    try {
      int stored = v.number(2);
      int scope = stored == 0 ? -1 : Math.max(0, stored); // -1 stands for none
      return Inet6Address.getByAddress(text(v, 0), v.get(1, byte[].class), scope);
    } catch (UnknownHostException e) {
      throw new SerializationException("not an internet address: " + e.getMessage(), e);
    }
  }

  private static void addFiles(Table table) {
    table.values(File.class, 1, f -> parts(f.getPath()), v -> new File(v.text(0)));
    table.<Path>values(
        Path.class.getName(),
        1,
        JdkValues::valuesOf,
        v -> Path.of(v.text(0)),
        Path.of("").getClass());
    table.<ByteBuffer>values(
        ByteBuffer.class.getName(),
        6,
        JdkValues::valuesOf,
        JdkValues::buffer,
        ByteBuffer.allocate(0).getClass(),
        ByteBuffer.allocate(0).asReadOnlyBuffer().getClass(),
        ByteBuffer.allocateDirect(0).getClass(),
        ByteBuffer.allocateDirect(0).asReadOnlyBuffer().getClass());
  }

  private static @Nullable Object[] valuesOf(Path path) {
    if (!path.getFileSystem().equals(FileSystems.getDefault())) {
      throw Refusal.of(path.getClass(), "it belongs to another file system than the default one");
    }
    String text = path.toString();
    if (!isTextOf(path, text)) {
      throw Refusal.of(
          path.getClass(),
          "its name has bytes that are no characters in this system's encoding, so its text is that"
              + " of another path: "
              + text
              + "; rename the file, or store the bytes of the name");
    }
    return parts(text);
  }

  private static boolean isTextOf(Path path, String text) {
    try {
      return Path.of(text).equals(path);
    } catch (InvalidPathException differs) {
      return false;
    }
  }

  private static @Nullable Object[] valuesOf(ByteBuffer buffer) {
    byte[] all = new byte[buffer.capacity()];
    buffer.duplicate().clear().get(all);
    return parts(
        all,
        buffer.position(),
        buffer.limit(),
        buffer.order() == ByteOrder.BIG_ENDIAN,
        buffer.isDirect(),
        buffer.isReadOnly());
  }

  private static ByteBuffer buffer(Values v) {
    byte[] all = v.get(0, byte[].class);
    ByteBuffer buffer =
        v.flag(4) ? ByteBuffer.allocateDirect(all.length) : ByteBuffer.allocate(all.length);
    buffer.put(all).clear();
    buffer = v.flag(5) ? buffer.asReadOnlyBuffer() : buffer;
    return buffer
        .order(v.flag(3) ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
        .limit(v.number(2))
        .position(v.number(1));
  }

  private static void addEntries(Table table) {
    table.<SimpleEntry<Object, Object>>values(
        SimpleEntry.class.getName(),
        2,
        e -> parts(e.getKey(), e.getValue()),
        v -> new SimpleEntry<>(v.orNull(0), v.orNull(1)),
        SimpleEntry.class);
    table.<SimpleImmutableEntry<Object, Object>>values(
        SimpleImmutableEntry.class.getName(),
        2,
        e -> parts(e.getKey(), e.getValue()),
        v -> new SimpleImmutableEntry<>(v.orNull(0), v.orNull(1)),
        SimpleImmutableEntry.class);
    table.<Map.Entry<Object, Object>>values(
        "java.util.Map.entry",
        2,
        e -> parts(e.getKey(), e.getValue()),
        v -> Map.entry(v.get(0, Object.class), v.get(1, Object.class)),
        Map.entry(0, 0).getClass());
  }
}
