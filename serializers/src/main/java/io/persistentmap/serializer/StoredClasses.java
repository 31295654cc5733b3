package io.persistentmap.serializer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The classes of one file, by class and by number, with all that was found out about each.
 *
 * <p>What is written has the number of the description that its class has now. What is read has the
 * number of the description that its class had then, under the name that it has now. Thread-safe.
 */
final class StoredClasses {
  private static final int FIRST_CAPACITY = 64;
  private static final String AS_IT_WAS =
      "; open the map with the class as it was, or give what it is now another name";

  private final ClassTable table;
  private final CodecOptions options;
  private final ClassFilter filter;
  private final Storable storable;
  private final ClassFinder finder;
  private final NameRules names;
  private final TypeChanges changes;
  private final Map<Class<?>, StoredClass> byType = new ConcurrentHashMap<>();
  private final Map<Class<?>, StoredClass> classValues = new ConcurrentHashMap<>();

  /** Replaced, never changed; under the lock of this object. */
  private volatile @Nullable StoredClass[] byNumber = new @Nullable StoredClass[FIRST_CAPACITY];

  StoredClasses(ClassTable table, CodecOptions options) {
    this.table = table;
    this.options = options;
    this.filter = new ClassFilter(options);
    this.finder = new ClassFinder(options, filter.declared());
    this.names = new NameRules(options, finder);
    this.storable = new Storable(options, filter, names);
    this.changes = new TypeChanges(filter, finder);
  }

  /**
   * Returns what the instances of exactly this class are written as.
   *
   * @throws Refusal if they can't be stored
   */
  StoredClass forWriting(Class<?> type) {
    StoredClass known = byType.get(type);
    return known != null ? known : add(type, storable.schemaOf(type), byType);
  }

  /**
   * Returns what a class is written as that is itself the value.
   *
   * @throws Refusal if it can't be stored
   */
  StoredClass forClassValue(Class<?> type) {
    StoredClass known = classValues.get(type);
    return known != null ? known : add(type, storable.schemaOfClassValue(type), classValues);
  }

  private StoredClass add(Class<?> type, Schema schema, Map<Class<?>, StoredClass> known) {
    StoredClass stored = forReading(numberOf(schema));
    if (stored.form() instanceof UnreadableForm unreadable) {
      RuntimeException reason = unreadable.reason();
      throw reason instanceof Refusal refusal ? refusal.again() : reason;
    }
    if (!ClassNames.isJdk(type) && stored.type() != type) {
      throw Refusal.of(
          type,
          "the map's class loader finds another class of that name; add .classLoader(...) of the"
              + " right one where the map is built");
    }
    known.put(type, stored);
    return stored;
  }

  private int numberOf(Schema schema) {
    if (!options.aliases().isEmpty()) {
      for (int number = 1; number <= table.size(); number++) {
        if (schemaAt(number).equals(schema)) {
          return number; // has the name that the class had then
        }
      }
    }
    return table.numberOf(schema.text());
  }

  /** Returns all schemas that a class ever had, as far as they can be understood. */
  List<Schema> schemasOf(Class<?> type) {
    List<Schema> schemas = new ArrayList<>();
    for (int number = 1; number <= table.size(); number++) {
      Schema schema = schemaAt(number);
      if (schema.name().equals(type.getName())) {
        schemas.add(schema);
      }
    }
    return schemas;
  }

  /** Returns the schema that the instances of exactly this class are written with. */
  Schema schemaOf(Class<?> type) {
    return storable.schemaOf(type);
  }

  /** Returns whether a class has a serializer of the user's, or a record of which it is made. */
  boolean hasSerializer(Class<?> type) {
    return storable.hasSerializer(type);
  }

  private Schema schemaAt(int number) {
    return Schema.parse(table.descriptionOf(number)).renamed(this::nameNow);
  }

  private String nameNow(String name) {
    String element = ClassNames.element(name);
    Class<?> successor = options.aliases().get(element);
    return successor == null ? name : ClassNames.withElement(name, successor.getName());
  }

  /**
   * Returns what has a number. Its form may be one that refuses to make objects.
   *
   * @throws RuntimeException if nothing has this number
   */
  StoredClass forReading(int number) {
    @Nullable StoredClass[] known = byNumber;
    StoredClass stored = number > 0 && number < known.length ? known[number] : null;
    return stored != null ? stored : load(number);
  }

  private StoredClass load(int number) {
    return publish(resolve(number, schemaAt(number)));
  }

  /** Nothing is called under the lock of this object: the table has locks of its own. */
  private synchronized StoredClass publish(StoredClass stored) {
    @Nullable StoredClass[] known = byNumber;
    int number = stored.number();
    StoredClass already = number < known.length ? known[number] : null;
    if (already != null) {
      return already;
    }
    known = Arrays.copyOf(known, Math.max(number + 1, known.length));
    known[number] = stored;
    byNumber = known;
    return stored;
  }

  private StoredClass resolve(int number, Schema schema) {
    try {
      return resolveReadable(number, schema);
    } catch (Refusal | SerializationException | LinkageError unreadable) {
      RuntimeException reason =
          unreadable instanceof RuntimeException failure
              ? failure
              : new Refusal(schema.name() + " can't be loaded: " + unreadable, unreadable);
      return new StoredClass(number, Object.class, schema, new UnreadableForm(reason), false, true);
    }
  }

  private StoredClass resolveReadable(int number, Schema schema) {
    return switch (schema.kind()) {
      case ENUM -> {
        Class<?> type = require(loadEnum(schema.name()), Class::isEnum, "an enum");
        yield new StoredClass(number, type, schema, new EnumForm(type), false, true);
      }
      case CLASS -> {
        Class<?> type = loadClassValue(schema.name());
        yield new StoredClass(number, type, schema, new ClassForm(type), false, true);
      }
      case ARRAY -> {
        Class<?> type = loadArray(schema.name());
        yield new StoredClass(number, type, schema, new ArrayForm(type), false, true);
      }
      case CUSTOM -> ofSerializer(number, schema);
      case RECORD, STABLE_RECORD -> {
        Class<?> type = require(load(schema.name()), Class::isRecord, "a record");
        Form form = RecordForm.of(type, schema.fields(), changes);
        yield ofUser(number, type, schema, form);
      }
      case OBJECT, RESOLVED -> {
        Class<?> type = require(load(schema.name()), StoredClasses::isPlain, "a plain class");
        Fields fields = Fields.of(type, schema.fields(), changes);
        Instantiator instantiator = Instantiator.of(type);
        Form form =
            schema.kind() == Schema.Kind.OBJECT
                ? new ObjectForm(fields, instantiator)
                : new ResolvedForm(fields, instantiator, ReadResolve.of(type));
        yield ofUser(number, type, schema, form);
      }
      case VALUES, HOLDER, LIST, SET, MAP ->
          schema.base().isEmpty() ? ofJdk(number, schema) : ofExtension(number, schema);
    };
  }

  private StoredClass ofUser(int number, Class<?> type, Schema schema, Form form) {
    return new StoredClass(number, type, schema, form, true, isCurrent(type, schema));
  }

  /** Nobody knows what a serializer, or a readResolve, makes of what is stored. */
  private boolean isCurrent(Class<?> type, Schema schema) {
    try {
      return schema.kind() != Schema.Kind.CUSTOM
          && schema.kind() != Schema.Kind.RESOLVED
          && storable.schemaOf(type).equals(schema);
    } catch (Refusal notStorable) {
      return false;
    }
  }

  private static boolean isPlain(Class<?> type) {
    return !type.isRecord()
        && !type.isEnum()
        && !type.isInterface()
        && Hierarchy.of(type).stateOfJdk() == Object.class;
  }

  private interface Property {
    boolean has(Class<?> type);
  }

  private static Class<?> require(Class<?> type, Property property, String what) {
    if (!property.has(type)) {
      throw new Refusal(type.getName() + " was " + what + " and no longer is" + AS_IT_WAS);
    }
    return type;
  }

  private StoredClass ofSerializer(int number, Schema schema) {
    for (Map.Entry<Class<?>, Serializer<?>> entry : options.serializers().entrySet()) {
      Class<?> type = entry.getKey();
      if (type.getName().equals(schema.name())) {
        Form form = new CustomForm(type, entry.getValue());
        return ofUser(number, type, schema, form);
      }
    }
    String name = schema.name().replace('$', '.');
    throw new Refusal(
        "objects of "
            + schema.name()
            + " were written by a serializer, without which they can't be read; add .serializer("
            + name
            + ".class, ...) where the map is built");
  }

  private StoredClass ofJdk(int number, Schema schema) {
    JdkTypes.JdkType known = JdkTypes.named(schema.name(), options.loader());
    if (known == null || !known.schema().equals(schema)) {
      throw new Refusal(
          schema.name() + ", as the file has it, is not a type that this version can read");
    }
    return new StoredClass(number, Object.class, schema, known.form(), false, true);
  }

  private StoredClass ofExtension(int number, Schema schema) {
    Hierarchy hierarchy = Hierarchy.of(load(schema.name()));
    JdkTypes.JdkType base = Storable.baseOf(hierarchy);
    JdkTypes.Extension extension = base == null ? null : base.extension();
    boolean same =
        base != null && base.schema().extendedBy(schema.name(), schema.fields()).equals(schema);
    if (extension == null || !same) {
      throw new Refusal(
          schema.name() + " extended " + schema.base() + " and no longer does" + AS_IT_WAS);
    }
    Fields fields = Fields.of(hierarchy.type(), schema.fields(), changes);
    return ofUser(number, hierarchy.type(), schema, extension.of(hierarchy, fields));
  }

  // ---- loading, without running anything of the class -------------------------------------------

  private Class<?> load(String name) {
    if (ClassNames.isJdk(name) || ClassNames.isArray(name)) {
      throw new Refusal(name + " is not a class of the JDK that can be stored");
    }
    if (!filter.allows(name)) {
      throw new Refusal(name + " can't be read: " + ClassFilter.advice(name) + orAlias(name));
    }
    return find(name);
  }

  private Class<?> loadEnum(String name) {
    if (!ClassNames.isJdk(name)) {
      return load(name);
    }
    Class<?> type = find(name);
    storable.schemaOf(type);
    return type;
  }

  private Class<?> loadClassValue(String name) {
    Class<?> primitive = Primitives.named(name);
    if (primitive != null) {
      return primitive;
    }
    String element = ClassNames.element(name);
    if (!storable.isReadableClassValue(element)) {
      throw new Refusal(name + " can't be read: " + ClassFilter.advice(element));
    }
    return find(name);
  }

  private Class<?> loadArray(String name) {
    String element = ClassNames.element(name);
    if (!ClassNames.isArray(name)) {
      throw new Refusal(name + " is not an array");
    }
    if (Primitives.named(element) == null && !ClassNames.isJdk(element)) {
      load(element);
    }
    Class<?> type = find(name);
    storable.requireElement(type);
    return type;
  }

  private Class<?> find(String name) {
    try {
      Class<?> found = finder.find(name);
      if (!ClassNames.isJdk(name)) {
        names.requireOneMeaning(ClassNames.element(found));
      }
      return found;
    } catch (ClassNotFoundException | LinkageError gone) {
      throw new Refusal(
          "class "
              + name
              + ", of which the file holds objects, can't be loaded: add it to the class path"
              + orAlias(name),
          gone);
    }
  }

  private static String orAlias(String name) {
    return "; if it has another name now, add .alias(\"" + name + "\", ItsNewName.class)";
  }
}
