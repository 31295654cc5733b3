package io.persistentmap.evolution;

import static io.persistentmap.evolution.Role.KEY;
import static io.persistentmap.evolution.Role.MAP_KEY;
import static io.persistentmap.evolution.Role.SET;
import static io.persistentmap.evolution.Role.SORTED;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A change of a class between two versions of a program, and where objects of one version can't be
 * read by the other. Both directions are tried, so that what is added in one is removed in the
 * other.
 *
 * @param before the classes of one version
 * @param after the classes of the other
 * @param refusedAfter where the second can't read what the first has written
 * @param refusedBefore where the first can't read what the second has written
 * @param aliasAfter whether the second has an alias for the name that the class has in the first,
 *     and the other way round
 */
record ClassChange(
    String name,
    List<String> before,
    List<String> after,
    Set<Role> refusedAfter,
    Set<Role> refusedBefore,
    boolean aliasAfter) {
  private static final Set<Role> NONE = EnumSet.noneOf(Role.class);
  private static final Set<Role> ALL = EnumSet.allOf(Role.class);

  /** Where elements must differ. */
  private static final Set<Role> DIFFERING = EnumSet.of(SET, SORTED, MAP_KEY, KEY);

  private static final Set<Role> KEYS_ONLY = EnumSet.of(KEY);

  private static final String FIELDS = "String a; int b;";
  private static final String MAKE =
      "public static Object make(String a, int b) { Part p = new Part(); p.a = a; p.b = b; return p; }";
  private static final String STATE = "s.put(\"a\", a); s.put(\"b\", b);";
  private static final String EQUALS = "return o instanceof Part p && p.state().equals(state());";
  private static final String HASH = "return state().hashCode();";
  private static final String COMPARE =
      "return state().toString().compareTo(p.state().toString());";
  private static final String PLAIN =
      """
      class Part implements Comparable<Part> {
        FIELDS
        MAKE
        public Object touched() { a = a + "!"; return this; }
        public Map<String, Object> state() { Map<String, Object> s = new TreeMap<>(); STATE return s; }
        public boolean equals(Object o) { EQUALS }
        public int hashCode() { HASH }
        public int compareTo(Part p) { COMPARE }
      }
      """
          .replace("FIELDS", FIELDS)
          .replace("MAKE", MAKE)
          .replace("STATE", STATE)
          .replace("EQUALS", EQUALS)
          .replace("HASH", HASH)
          .replace("COMPARE", COMPARE);

  private static final String RECORD =
      """
      record Part(String a, int b) implements Comparable<Part> {
        public static Object make(String a, int b) { return new Part(a, b); }
        public Object touched() { return new Part(a + "!", b); }
        public Map<String, Object> state() { Map<String, Object> s = new TreeMap<>(); STATE return s; }
        public int compareTo(Part p) { COMPARE }
      }
      """
          .replace("STATE", STATE)
          .replace("COMPARE", COMPARE);

  @Override
  public String toString() {
    return name;
  }

  /** Returns the same change, from the other side. */
  ClassChange reversed() {
    return new ClassChange(
        name + ", reversed", after, before, refusedBefore, refusedAfter, aliasAfter);
  }

  /** Returns all changes, in both directions. */
  static List<ClassChange> all() {
    List<ClassChange> changes = new ArrayList<>();
    for (ClassChange change : changes()) {
      changes.add(change);
      changes.add(change.reversed());
    }
    return changes;
  }

  private static ClassChange of(
      String name, String before, String after, Set<Role> refusedAfter, Set<Role> refusedBefore) {
    return new ClassChange(
        name, List.of(before), List.of(after), refusedAfter, refusedBefore, false);
  }

  private static String plain(String... replacements) {
    return replaced(PLAIN, replacements);
  }

  private static String replaced(String source, String... replacements) {
    String result = source;
    for (int i = 0; i < replacements.length; i += 2) {
      if (!result.contains(replacements[i])) {
        throw new AssertionError("nothing to replace: " + replacements[i]);
      }
      result = result.replace(replacements[i], replacements[i + 1]);
    }
    return result;
  }

  private static List<ClassChange> changes() {
    List<ClassChange> changes = new ArrayList<>();
    changes.addAll(ofFields());
    changes.addAll(ofTypes());
    changes.addAll(ofEnums());
    changes.addAll(ofRecords());
    changes.addAll(ofClasses());
    changes.addAll(ofMethods());
    return changes;
  }

  private static List<ClassChange> ofFields() {
    String withC =
        plain(
            FIELDS,
            FIELDS + " String c = \"new\";",
            "p.b = b;",
            "p.b = b; p.c = \"c\" + b;",
            STATE,
            STATE + " s.put(\"c\", c);");
    String withoutB = plain(FIELDS, "String a;", "p.b = b;", "", STATE, "s.put(\"a\", a);");
    String otherName =
        plain(
            FIELDS,
            "String a; int n;",
            "p.b = b;",
            "p.n = b;",
            STATE,
            "s.put(\"a\", a); s.put(\"n\", n);");
    return List.of(
        of("field added", PLAIN, withC, NONE, NONE),
        of("field removed that told elements apart", PLAIN, withoutB, DIFFERING, NONE),
        of(
            "field made transient",
            PLAIN,
            plain(FIELDS, "String a; transient int b;", STATE, "s.put(\"a\", a);"),
            DIFFERING,
            NONE),
        of("field renamed", PLAIN, otherName, DIFFERING, DIFFERING),
        of("fields reordered", PLAIN, plain(FIELDS, "int b; String a;"), NONE, NONE));
  }

  private static List<ClassChange> ofTypes() {
    String list =
        plain(
            FIELDS,
            FIELDS + " ArrayList<String> l;",
            "p.b = b;",
            "p.b = b; p.l = new ArrayList<>(List.of(\"l\" + b));",
            STATE,
            STATE + " s.put(\"l\", l);");
    return List.of(
        of("field widened", PLAIN, plain("int b;", "long b;"), NONE, ALL),
        of("field boxed", PLAIN, plain("int b;", "Integer b;"), NONE, ALL),
        of(
            "field of a supertype",
            list,
            replaced(list, "ArrayList<String> l;", "List<String> l;"),
            NONE,
            ALL),
        of(
            "field of another type",
            PLAIN,
            plain("int b;", "String b;", "p.b = b;", "p.b = \"\" + b;"),
            ALL,
            ALL));
  }

  private static List<ClassChange> ofEnums() {
    String part =
        plain(
            FIELDS,
            FIELDS + " Color e;",
            "p.b = b;",
            "p.b = b; p.e = Color.values()[Color.values().length - 1];",
            STATE,
            STATE + " s.put(\"e\", e);");
    return List.of(
        new ClassChange(
            "constant added",
            List.of(part, "enum Color { RED, GREEN }"),
            List.of(part, "enum Color { RED, GREEN, BLUE }"),
            NONE,
            ALL,
            false),
        new ClassChange(
            "constants reordered",
            List.of(part, "enum Color { RED, GREEN }"),
            List.of(part, "enum Color { GREEN, RED }"),
            NONE,
            NONE,
            false));
  }

  private static List<ClassChange> ofRecords() {
    String withC =
        replaced(
                RECORD,
                "int b)",
                "int b, String c)",
                "new Part(a, b)",
                "new Part(a, b, \"c\")",
                "\"!\", b)",
                "\"!\", b, c)",
                STATE,
                STATE + " s.put(\"c\", c);")
            .replace("make(String a, int b, String c)", "make(String a, int b)");
    String withoutB =
        replaced(
            RECORD,
            "Part(String a, int b)",
            "Part(String a)",
            "new Part(a, b)",
            "new Part(a)",
            "\"!\", b)",
            "\"!\")",
            STATE,
            "s.put(\"a\", a);");
    String reordered =
        replaced(
            RECORD,
            "Part(String a, int b)",
            "Part(int b, String a)",
            "new Part(a, b)",
            "new Part(b, a)",
            "new Part(a + \"!\", b)",
            "new Part(b, a + \"!\")");
    return List.of(
        of("component added", RECORD, withC, KEYS_ONLY, KEYS_ONLY),
        of("component removed", RECORD, withoutB, DIFFERING, KEYS_ONLY),
        of("components reordered", RECORD, reordered, KEYS_ONLY, KEYS_ONLY),
        of("class made a record", PLAIN, RECORD, ALL, ALL));
  }

  private static List<ClassChange> ofClasses() {
    String inNamed = plain(FIELDS, "int b;", "class Part ", "class Part extends Named ");
    String below = plain("class Part ", "class Part extends Named ", FIELDS, FIELDS);
    String fixed =
        plain(
            "class Part ",
            "final class Part ",
            FIELDS,
            "final String a; final int b; Part(String a, int b) { this.a = a; this.b = b; }",
            MAKE,
            "public static Object make(String a, int b) { return new Part(a, b); }",
            "a = a + \"!\"; return this;",
            "return new Part(a + \"!\", b);");
    String moved = PLAIN.replace("Part", "Moved");
    return List.of(
        new ClassChange(
            "field moved to superclass",
            List.of(PLAIN),
            List.of(inNamed, "class Named { String a; }"),
            NONE,
            NONE,
            false),
        new ClassChange(
            "superclass inserted",
            List.of(PLAIN),
            List.of(below, "class Named { String of = \"super\"; }"),
            NONE,
            NONE,
            false),
        new ClassChange(
            "class moved, with alias", List.of(PLAIN), List.of(moved), NONE, NONE, true),
        new ClassChange(
            "class moved, without alias", List.of(PLAIN), List.of(moved), ALL, ALL, false),
        of("class made immutable", PLAIN, fixed, NONE, NONE),
        new ClassChange(
            "record moved, with alias",
            List.of(RECORD),
            List.of(RECORD.replace("Part", "Moved")),
            NONE,
            NONE,
            true));
  }

  private static List<ClassChange> ofMethods() {
    String equal =
        plain(EQUALS, "return o instanceof Part p && p.a.equals(a);", HASH, "return a.hashCode();");
    return List.of(
        of("equals changed", PLAIN, equal, EnumSet.of(SET, MAP_KEY, KEY), NONE),
        of(
            "compareTo changed",
            PLAIN,
            plain(COMPARE, "return a.compareTo(p.a);"),
            EnumSet.of(SORTED),
            NONE),
        of(
            "order reversed",
            PLAIN,
            plain(COMPARE, "return p.state().toString().compareTo(state().toString());"),
            NONE,
            NONE),
        of("hashCode changed", PLAIN, plain(HASH, "return 7;"), NONE, NONE),
        of(
            "hashCode fails",
            PLAIN,
            plain(HASH, "if (a != null) throw new IllegalStateException(\"no hash\"); return 1;"),
            EnumSet.of(SET, MAP_KEY, KEY),
            EnumSet.of(SET, MAP_KEY, KEY)));
  }
}
