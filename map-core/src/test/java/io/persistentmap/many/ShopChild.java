package io.persistentmap.many;

import io.persistentmap.CloseMode;
import io.persistentmap.PersistentCounter;
import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentStore;
import io.persistentmap.PersistentValue;
import io.persistentmap.SnapshotMode;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The process that {@link ShopKillTest} kills: a shop whose maps agree, as long as no atomic
 * section is cut in two. It opens the store, checks it, works, closes it, and so on for ever; and
 * says so: "open N steps...", "ack N steps..." with the steps that were done before the checkpoint
 * was called for, "wrong ..." if the maps don't agree.
 *
 * <p>Arguments: file, snapshot mode, seed.
 */
final class ShopChild {
  static final int WRITERS = 4;
  static final int FAILED = 3;

  private static final int ACCOUNTS = 64;
  private static final long TOTAL = 1000L * ACCOUNTS;
  private static final int CUSTOMERS = 32;
  private static final int LONGEST_SESSION_MILLIS = 1200;
  private static final FileOutputStream STDOUT = new FileOutputStream(FileDescriptor.out);

  private final PersistentStore store;
  private final PersistentMap<Integer, Account> accounts;
  private final PersistentMap<Integer, Customer> customers;
  private final PersistentMap<String, Integer> byMail;
  private final PersistentMap<Long, Integer> orders;
  private final PersistentMap<Integer, Long> steps;
  private final PersistentCounter orderIds;
  private final PersistentValue<long[]> figures;
  private volatile boolean stop;

  /** Live. */
  static final class Account {
    long balance;
  }

  /** Live. */
  static final class Customer {
    String mail = "";
    long orders;
    long lastOrder;
  }

  private ShopChild(PersistentStore store) {
    this.store = store;
    accounts = store.map("accounts", Integer.class, Account.class);
    customers = store.map("customers", Integer.class, Customer.class);
    byMail = store.map("by mail", String.class, Integer.class);
    orders = store.map("orders", Long.class, Integer.class);
    steps = store.map("steps", Integer.class, Long.class);
    orderIds = store.counter("order ids");
    figures = store.value("figures", long[].class);
  }

  public static void main(String[] arguments) throws Exception {
    Path file = Path.of(arguments[0]);
    SnapshotMode mode = SnapshotMode.valueOf(arguments[1]);
    SplittableRandom random = new SplittableRandom(Long.parseLong(arguments[2]));
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> {
          failure.printStackTrace();
          Runtime.getRuntime().halt(FAILED);
        });
    while (true) {
      try (PersistentStore store = PersistentStore.builder().snapshotMode(mode).open(file)) {
        ShopChild shop = new ShopChild(store);
        String wrong = shop.accounts.isEmpty() ? null : shop.wrong();
        if (wrong != null) {
          say("wrong checkpoint " + store.recovery().checkpoint() + ": " + wrong);
        }
        say("open " + store.recovery().checkpoint() + shop.steps());
        shop.session(random.split());
        if (random.nextInt(4) == 0) {
          store.close(CloseMode.DISCARD);
        }
      }
    }
  }

  private void session(SplittableRandom random) throws InterruptedException {
    if (accounts.isEmpty()) {
      store.atomically(this::fill);
    }
    Thread[] writers = new Thread[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
      int number = i;
      SplittableRandom choice = random.split();
      writers[i] = new Thread(() -> write(number, choice), "writer " + i);
      writers[i].start();
    }
    long end = System.nanoTime() + random.nextInt(LONGEST_SESSION_MILLIS) * 1_000_000L;
    while (System.nanoTime() < end) {
      String done = steps();
      long number = store.checkpoint().number();
      say("ack " + number + done);
    }
    stop = true;
    for (Thread writer : writers) {
      writer.join();
    }
  }

  private void fill() {
    for (int i = 0; i < ACCOUNTS; i++) {
      Account account = new Account();
      account.balance = TOTAL / ACCOUNTS;
      accounts.put(i, account);
    }
    for (int i = 0; i < CUSTOMERS; i++) {
      Customer customer = new Customer();
      customers.put(i, customer);
      customer.mail = "first mail of " + i;
      byMail.put(customer.mail, i);
    }
    figures.set(new long[2]);
  }

  private void write(int writer, SplittableRandom random) {
    while (!stop) {
      store.atomically(() -> step(writer, random));
    }
  }

  /** Objects are those of one writer: their numbers are its own, modulo the number of writers. */
  private void step(int writer, SplittableRandom random) {
    Account from = accounts.get(writer + WRITERS * random.nextInt(ACCOUNTS / WRITERS));
    Account to = accounts.get(writer + WRITERS * random.nextInt(ACCOUNTS / WRITERS));
    int number = writer + WRITERS * random.nextInt(CUSTOMERS / WRITERS);
    Customer customer = Objects.requireNonNull(customers.get(number));
    long amount = random.nextInt(100);
    Objects.requireNonNull(from).balance -= amount;
    if (random.nextInt(3) == 0) {
      order(number, customer);
    }
    Objects.requireNonNull(to).balance += amount;
    if (random.nextInt(20) == 0) {
      byMail.remove(customer.mail);
      customer.mail = "mail " + random.nextLong() + " of " + number;
      store.atomically(() -> byMail.set(customer.mail, number));
    }
    if (random.nextInt(50) == 0) { // replaced by another object, and changed after that
      Customer other = new Customer();
      customers.put(number, other);
      other.mail = customer.mail;
      other.orders = customer.orders;
      other.lastOrder = customer.lastOrder;
    }
    steps.merge(writer, 1L, Long::sum);
  }

  private void order(int number, Customer customer) {
    long id = orderIds.incrementAndGet();
    orders.set(id, number);
    customer.orders++;
    customer.lastOrder = id;
  }

  private String steps() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < WRITERS; i++) {
      text.append(' ').append(steps.getOrDefault(i, 0L));
    }
    return text.toString();
  }

  /** Returns how the maps don't agree, or null. */
  private @Nullable String wrong() {
    long sum = 0;
    for (Account account : accounts.values()) {
      sum += account.balance;
    }
    if (sum != TOTAL) {
      return "the accounts have " + sum + " instead of " + TOTAL;
    }
    long ofCustomers = 0;
    for (var each : customers.entrySet()) {
      Customer customer = each.getValue();
      ofCustomers += customer.orders;
      if (!each.getKey().equals(byMail.get(customer.mail))) {
        return customer.mail + " leads to " + byMail.get(customer.mail);
      }
      boolean known = each.getKey().equals(orders.get(customer.lastOrder));
      if (customer.orders > 0 && !known) {
        return "order " + customer.lastOrder + " of " + each.getKey() + " is missing";
      }
    }
    if (byMail.size() != CUSTOMERS || customers.size() != CUSTOMERS) {
      return byMail.size() + " mails of " + customers.size() + " customers";
    }
    if (orders.size() != ofCustomers) {
      return orders.size() + " orders, but customers have " + ofCustomers;
    }
    long highest = orders.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
    if (orderIds.get() < highest || orderIds.get() != orders.size()) {
      return orderIds + " ids, the highest is " + highest + ", of " + orders.size() + " orders";
    }
    return figures.get() == null ? "no figures" : null;
  }

  private static void say(String line) {
    try {
      STDOUT.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
